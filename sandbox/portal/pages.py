"""Pages to read: the documents, browsable, from files that come with the package."""

import orjson
from flask import Flask, Response, redirect
from flask.typing import ResponseReturnValue
from flask_swagger_ui import get_swaggerui_blueprint

from sandbox.spec.documents import NAMES, load_document
from sandbox.wire.courier import WSGIApp


def make_pages() -> WSGIApp:
    """The app that serves `/`, `/docs` and `/openapi/{name}.json`."""
    app = Flask("pages", static_folder=None)
    urls = [{"url": f"/openapi/{name}.json", "name": load_document(name).data["info"]["title"]} for name in NAMES]
    config = {"urls": urls, "app_name": "Fibre sandbox", "validatorUrl": None, "deepLinking": True}
    app.register_blueprint(get_swaggerui_blueprint("/docs", urls[0]["url"], config=config))
    app.add_url_rule("/", "home", lambda: redirect("/docs/"))
    app.add_url_rule("/openapi/<name>.json", "document", _document)
    return app.wsgi_app


def _document(name: str) -> ResponseReturnValue:
    if name not in NAMES:
        return Response(orjson.dumps({"documents": NAMES}), 404, content_type="application/json")
    return Response(orjson.dumps(load_document(name).data), content_type="application/json")
