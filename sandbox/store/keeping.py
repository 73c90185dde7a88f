"""Connections that are kept: to take one from SQLAlchemy's pool and to give it back takes longer than SQLite needs for
most of what is done in between.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError


class Keeper:
    """Begins transactions like the engine. It has as many connections as were ever wanted at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Connection] = deque()  # the one used last has its pages and statements at hand

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction on one of them: committed at the end of the block, rolled back when it fails."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._engine.connect()
        try:
            with connection.begin():
                yield connection
        except DBAPIError:  # of one that has failed nobody knows what else it would do
            connection.invalidate()
            connection.close()
            raise
        except BaseException:
            self._idle.append(connection)
            raise
        self._idle.append(connection)

    def dispose(self) -> None:
        """End them all."""
        while self._idle:
            self._idle.pop().close()
        self._engine.dispose()


Connections = Engine | Keeper
