"""The requirement catalogue as a page: what reports link to."""

from flask import render_template_string

from sandbox.spec.requirements import load_catalogue

PATH = "/docs/requirements"

_TITLES = {"supplier": "Suppliers", "tenant": "Tenants' endpoints", "gateway": "Gateways"}
_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Requirements: fibre sandbox</title>
<style>
  body { max-width: 60rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #1c2530 }
  a { color: #0a58a8 }
  dt { margin-top: 1rem }
  dt a { font: 600 1rem ui-monospace, monospace; text-decoration: none }
  dt:target, dt:target + dd { background: #fff3bf }
  dd { margin: 0 }
  small { color: #5b6670 }
</style>
<p><a href="/">Fibre sandbox</a></p>
<h1>Requirements</h1>
<p>Version {{ catalogue.version }} of the catalogue: every MUST and SHOULD of the interface that the contract tests
prove, each with the clause that it stands on. An id never changes, and is never used again.</p>
{%- for suite, title in titles.items() %}
<h2 id="{{ suite }}">{{ title }}</h2>
<dl>
{%- for each in catalogue.of(suite).values() %}
  <dt id="{{ each.id }}"><a href="#{{ each.id }}">{{ each.id }}</a> {{ each.severity }}</dt>
  <dd>{{ each.sentence }}<br><small>{{ each.clause }} · since {{ each.since }}</small></dd>
{%- endfor %}
</dl>
{%- endfor %}
</html>
"""


def requirements_page() -> str:
    """The page."""
    return render_template_string(_PAGE, catalogue=load_catalogue(), titles=_TITLES)
