"""Pages to read: the documents, browsable, from files that come with the package."""

import base64
import re
from hashlib import sha256
from typing import Any

import orjson
from flask import Flask, Response, render_template_string, request
from flask.typing import ResponseReturnValue
from flask_swagger_ui import get_swaggerui_blueprint

from sandbox.portal.requirements_page import PATH, requirements_page
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
<p>The <a href="/docs/requirements">requirements</a> that contract tests prove, each with its clause.</p>
<h2>Signing up</h2>
<pre>curl -s {{ root }}/_sandbox/tenants -H 'Content-Type: application/json' \\
  -d '{"title": "Our practice"}'</pre>
<p>Nobody needs to be asked. The answer tells, once, the client and the secret of a tenant with a world of its own.</p>
{%- if demo_clients %}
<h2>A first call</h2>
<pre>curl -s {{ root }}/v1/auth/tenant/access-token \\
  -d grant_type=client_credentials \\
  -d client_id=tenant1 -d client_secret=tenant1-secret</pre>
<p>Demo clients, each with its name and <code>-secret</code> for a secret: <code>tenant1</code> … <code>tenant4</code>
for tenants, <code>alder1</code>, <code>birch1</code>, <code>cedar1</code> and so on for suppliers, and
<code>gateway</code> for calling a fake supplier yourself.</p>
{%- endif %}
</html>
"""


def make_pages(*, demo_clients: bool) -> WSGIApp:
    """The app that serves `/`, `/docs/`, `/docs/requirements` and `/openapi/{name}.json`. `demo_clients`: whether to
    tell of any.
    """
    app = Flask("pages", static_folder=None)
    listed = [_listed(name) for name in NAMES]
    urls = [{"url": f"/openapi/{each['name']}.json", "name": each["title"]} for each in listed]
    config = {
        "urls": urls,
        "app_name": "Fibre sandbox",
        "validatorUrl": None,  # it is somebody else's server: a page of ours calls nobody but us
        "oauth2RedirectUrl": "/docs/oauth2-redirect.html",  # by itself it would write in what the caller called us by
        "deepLinking": True,
        "persistAuthorization": True,
        "defaultModelsExpandDepth": 0,
    }
    app.register_blueprint(get_swaggerui_blueprint("/docs", urls[0]["url"], config=config))

    def home() -> str:
        root = request.host_url.rstrip("/")
        return render_template_string(HOME, documents=listed, root=root, demo_clients=demo_clients)

    app.add_url_rule("/", "home", home)
    app.add_url_rule(PATH, "requirements", requirements_page)
    app.add_url_rule("/openapi/<name>.json", "document", _document)
    policy = ""

    @app.after_request
    def careful(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Cache-Control", "no-cache")
        return response

    policy = _policy(app.test_client().get("/docs/").text)
    return app.wsgi_app


def _policy(browsing: str) -> str:
    """What a page of ours may load and run: our own files, and the script inside the page for browsing documents."""
    inside = re.findall(r"<script>(.*?)</script>", browsing, re.DOTALL)
    scripts = " ".join(f"'sha256-{base64.b64encode(sha256(each.encode()).digest()).decode()}'" for each in inside)
    return (
        f"default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


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
