"""An endpoint of a test's own that KCIs are pushed to, without a network: a function, or a WSGI application."""

import contextvars
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from werkzeug.test import Client

from sandbox.wire.courier import Parcel, Reply, WSGIApp


@dataclass(frozen=True)
class Delivery:
    """One KCI as it is pushed: the headers, and the bytes that are signed."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def kci(self) -> Any:
        """The body."""
        return json.loads(self.body)


Handler = Callable[[Delivery], int | None]  # the HTTP status to answer; None is 204


@dataclass(frozen=True)
class Endpoint:
    """Takes what is pushed to one host, on behalf of a world. What its handler raised is in `failures`."""

    world: str
    handler: Handler
    failures: list[Exception] = field(default_factory=list)

    def take(self, parcel: Parcel) -> Reply:
        """The handler's answer; 500 when it fails, as from a server. It runs in a context of its own."""
        delivery = Delivery(dict(parcel.headers), parcel.body or b"")
        try:
            status = contextvars.Context().run(self.handler, delivery)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the test is told of it when its call returns
            self.failures.append(failure)
            status = 500
        return Reply(204 if status is None else status, {}, b"")


def of_app(app: WSGIApp, url: str) -> Handler:
    """A handler that hands deliveries to a WSGI application, as a server at this URL would."""
    client = Client(app)
    parts = urlsplit(url)

    def handle(delivery: Delivery) -> int:
        base = f"{parts.scheme}://{parts.netloc}"
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        answer = client.post(path, base_url=base, headers=dict(delivery.headers), data=delivery.body)
        return answer.status_code

    return handle
