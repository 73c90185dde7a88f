"""Statements: written in SQLAlchemy's language, compiled once per database, and then run by its driver alone.

SQLAlchemy wraps the parameters and the rows of every execution anew, which takes several times what SQLite needs for
the statement itself. What is run rarely, or looks different each time, need not be a Statement.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.expression import ClauseElement

Values = Mapping[str, Any]
Row = tuple[Any, ...]
T = TypeVar("T")


@dataclass(frozen=True)
class _Compiled:
    """The text for one driver, the parameters that are always the same, and their order where a driver goes by that."""

    text: str
    fixed: Values
    order: Sequence[str] | None
    count: int

    def given(self, values: Values) -> Any:
        everything = {**self.fixed, **values} if self.fixed else values
        if len(everything) != self.count:  # a value would be left out without a word
            raise TypeError(f"given {', '.join(sorted(everything))}: {self.text}")
        return everything if self.order is None else [everything[name] for name in self.order]


class Statement:
    """One statement, inside a transaction that was begun. Its parameters are named, the same names every time: those
    of its `bindparam`s, and of the columns that it inserts or sets where it does not say so itself.

    Rows are tuples, in the order of the columns. What the driver raises is raised in SQLAlchemy's classes.
    """

    def __init__(self, written: ClauseElement) -> None:
        self._written = written
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: Connection, values: Values) -> list[Row]:
        """All rows."""
        return self._run(connection, values, lambda cursor: list(cursor.fetchall()))

    def one(self, connection: Connection, values: Values) -> Row | None:
        """The first row, if there is one."""
        return next(iter(self.rows(connection, values)), None)

    def change(self, connection: Connection, values: Values) -> int:
        """How many rows were changed."""
        return self._run(connection, values, lambda cursor: int(cursor.rowcount))

    def change_all(self, connection: Connection, every: Sequence[Values]) -> None:
        """Once for each of these, which are given the same names."""
        if every:
            self._run(connection, every[0], lambda _cursor: None, every)

    def _run(
        self, connection: Connection, values: Values, result: Callable[[Any], T], every: Sequence[Values] = ()
    ) -> T:
        dialect = connection.dialect
        driver: Any = connection.connection.dbapi_connection
        compiled = self._compiled.get(dialect.name) or self._compile(dialect, values)
        cursor = driver.cursor()
        try:
            if every:
                cursor.executemany(compiled.text, [compiled.given(each) for each in every])
            else:
                cursor.execute(compiled.text, compiled.given(values))
            return result(cursor)
        except dialect.loaded_dbapi.Error as error:
            lost = dialect.is_disconnect(error, driver, cursor)
            if lost:
                connection.invalidate(error)
                connection.engine.dispose()  # the others of the pool have been lost as well, most likely
            raise DBAPIError.instance(
                compiled.text, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
            ) from error
        finally:
            cursor.close()

    def _compile(self, dialect: Dialect, values: Values) -> _Compiled:
        compiled: Any = self._written.compile(dialect=dialect, column_keys=list(values))
        fixed = {name: value for name, value in compiled.params.items() if name not in values}
        self._compiled[dialect.name] = made = _Compiled(
            compiled.string, fixed, compiled.positiontup, len(compiled.params)
        )
        return made
