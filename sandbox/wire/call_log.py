"""A line in the log for every call that was answered, where a setting wants it: whose, which operation, how, how long.

Its ids were bound by the edge, once they had passed the guard. The path is left out, since it may hold anything.
"""

import logging

from flask import Flask, Response, g, request

from sandbox.world.clock import stopwatch

log = logging.getLogger("sandbox.call")


def log_calls(app: Flask) -> None:
    """Log the answers of this app."""

    @app.before_request
    def _begin() -> None:
        g.began = stopwatch()

    @app.after_request
    def _tell(response: Response) -> Response:
        milliseconds = round(1000 * (stopwatch() - g.began), 1)
        rule = None if request.url_rule is None else request.url_rule.rule
        about = {"app": app.name, "method": request.method, "rule": rule}
        log.info("answered", extra={**about, "status": response.status_code, "milliseconds": milliseconds})
        return response
