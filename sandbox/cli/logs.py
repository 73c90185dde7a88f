"""What the processes log: readable lines on a terminal, JSON lines everywhere else, each with what it belongs to.

Whatever a module logs by the standard library passes here. What it belongs to, a call's ids or a job, was bound where
that came in (`structlog.contextvars`). Neither bodies nor headers are logged, nor the values of variables.
"""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import Processor

_BEFORE: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.ExtraAdder(("app", "method", "rule", "status", "milliseconds")),
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
]


def formatter(*, readable: bool | None = None) -> structlog.stdlib.ProcessorFormatter:
    """Writes one record as one line; `readable` None: as it suits where the log goes."""
    if sys.stderr.isatty() if readable is None else readable:
        last: list[Processor] = [
            structlog.dev.ConsoleRenderer(timestamp_key="at", exception_formatter=structlog.dev.plain_traceback)
        ]
    else:
        last = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    remove: Processor = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=_BEFORE, processors=[remove, *last])


def configuration() -> dict[str, Any]:
    """For the server, whose own words are then written like ours, in its worker too (`logging.config`)."""
    return {
        "formatters": {"line": {"()": "sandbox.cli.logs.formatter"}},
        "handlers": {"log": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {"_granian": {"handlers": ["log"], "propagate": False}},
    }


def begin() -> None:
    """Log what this process has to say from now on."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # it would repeat what peers send, and where to
