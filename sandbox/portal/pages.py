"""Pages to read: the documents, browsable, from files that come with the package."""

from typing import Any

import orjson
from flask import Flask, Response, render_template_string, request
from flask.typing import ResponseReturnValue
from flask_swagger_ui import get_swaggerui_blueprint

from sandbox.spec.documents import NAMES, load_document
from sandbox.wire.courier import WSGIApp

HOME = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Fibre sandbox</title>
<style>
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #1c2530 }
  h1 { margin-bottom: 0 }
  dt { margin-top: 1.1rem; font-weight: 600 }
  dd { margin: 0 }
  a { color: #0a58a8 }
  small { margin-left: .6rem; font-weight: 400 }
  pre { padding: .8rem 1rem; overflow-x: auto; background: #f1f4f7; border-radius: .4rem }
</style>
<h1>Fibre sandbox</h1>
<p>Try your ordering of wholesale broadband against fake suppliers. Everything here is dummy data.</p>
<h2>What can be called</h2>
<dl>
{%- for each in documents %}
  <dt><a href="/docs/?urls.primaryName={{ each.title | urlencode }}">{{ each.short }}</a>
    <small><a href="/openapi/{{ each.name }}.json">OpenAPI</a></small></dt>
  <dd>{{ each.summary }} <code>{{ each.served }}</code></dd>
{%- endfor %}
</dl>
<h2>A first call</h2>
<pre>curl -s {{ root }}/v1/auth/tenant/access-token \\
  -d grant_type=client_credentials \\
  -d client_id=tenant1 -d client_secret=tenant1-secret</pre>
<p>Demo clients, each with its name and <code>-secret</code> for a secret: <code>tenant1</code> … <code>tenant4</code>
for tenants, <code>alder1</code>, <code>birch1</code>, <code>cedar1</code> and so on for suppliers, and
<code>gateway</code> for calling a fake supplier yourself.</p>
</html>
"""


def make_pages() -> WSGIApp:
    """The app that serves `/`, `/docs/` and `/openapi/{name}.json`."""
    app = Flask("pages", static_folder=None)
    listed = [_listed(name) for name in NAMES]
    urls = [{"url": f"/openapi/{each['name']}.json", "name": each["title"]} for each in listed]
    config = {
        "urls": urls,
        "app_name": "Fibre sandbox",
        "validatorUrl": None,  # it is somebody else's server: a page of ours calls nobody but us
        "deepLinking": True,
        "persistAuthorization": True,
        "defaultModelsExpandDepth": 0,
    }
    app.register_blueprint(get_swaggerui_blueprint("/docs", urls[0]["url"], config=config))
    app.add_url_rule(
        "/", "home", lambda: render_template_string(HOME, documents=listed, root=request.host_url.rstrip("/"))
    )
    app.add_url_rule("/openapi/<name>.json", "document", _document)
    return app.wsgi_app


def _listed(name: str) -> dict[str, Any]:
    data = load_document(name).data
    return {
        "name": name,
        "title": data["info"]["title"],
        "short": data["info"]["title"].rpartition(": ")[2],
        "summary": data["info"]["summary"],
        "served": data["servers"][0]["url"],
    }


def _document(name: str) -> ResponseReturnValue:
    if name not in NAMES:
        return Response(orjson.dumps({"documents": NAMES}), 404, content_type="application/json")
    return Response(orjson.dumps(load_document(name).data), content_type="application/json")
