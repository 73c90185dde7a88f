"""Connections to SQLite that are kept, and transactions by plain statements: to take one from SQLAlchemy's pool, to let
it keep account of a transaction and to give it back takes longer than SQLite needs for most of what is done in between.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from sandbox.store.statements import Statement

_COMMIT = Statement(text("COMMIT"))


class Keeper:
    """Begins transactions like the engine, each with the statement `begin`. It has as many connections as were ever
    wanted at once; none of them begins a transaction by itself.
    """

    def __init__(self, engine: Engine, begin: str) -> None:
        self._engine = engine
        self._begin = Statement(text(begin))
        self._idle: deque[Connection] = deque()  # the one used last has its pages and statements at hand

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction on one of them: committed at the end of the block, rolled back when it fails."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._engine.connect()
        try:
            self._begin.change(connection, {})
            yield connection
            _COMMIT.change(connection, {})
        except DBAPIError:  # of one that has failed nobody knows what else it would do: its end rolls back
            connection.invalidate()
            connection.close()
            raise
        except BaseException:
            connection.connection.rollback()  # where SQLite has not done so itself
            self._give_back(connection)
            raise
        self._give_back(connection)

    def _give_back(self, connection: Connection) -> None:
        if connection.in_transaction():  # by SQLAlchemy's account of what went through it
            connection.rollback()
        self._idle.append(connection)

    def dispose(self) -> None:
        """End them all."""
        while self._idle:
            self._idle.pop().close()
        self._engine.dispose()


Connections = Engine | Keeper
