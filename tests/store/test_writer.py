"""The group writer of SQLite: one commit for many, each piece of work whole or not at all."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from sandbox.store.writer import GroupWriter


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A file with one table, whose references are checked at the commit."""
    engine = create_engine(f"sqlite:///{tmp_path}/group.db", connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept (name TEXT PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE child (of TEXT REFERENCES kept (name) DEFERRABLE INITIALLY DEFERRED)"))
    yield engine
    engine.dispose()


@pytest.fixture
def writer(engine: Engine) -> Iterator[GroupWriter]:
    """A writer at work."""
    writer = GroupWriter(engine)
    yield writer
    writer.close()


def keep(name: str) -> Callable[[Connection], str]:
    """A piece of work that keeps a row and returns its name."""

    def work(connection: Connection) -> str:
        connection.execute(text("INSERT INTO kept VALUES (:name)"), {"name": name})
        return name

    return work


def kept(engine: Engine) -> list[str]:
    """What is committed."""
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT name FROM kept ORDER BY name")).scalars())


def in_one_group(writer: GroupWriter, works: list[Callable[[Connection], Any]]) -> list[Any]:
    """What became of each when all were given while the writer was busy: a result or an exception."""
    busy, go = threading.Event(), threading.Event()

    def hold(_connection: Connection) -> None:
        busy.set()
        go.wait(10)

    def outcome(work: Callable[[Connection], Any]) -> Any:
        try:
            return writer.run(work)
        except (ValueError, DBAPIError) as error:
            return error

    with ThreadPoolExecutor(len(works) + 1) as threads:
        first = threads.submit(writer.run, hold)
        busy.wait(10)
        given = [threads.submit(outcome, work) for work in works]
        while len(writer._waiting) < len(works):
            threading.Event().wait(0.001)
        go.set()
        first.result(10)
        return [each.result(10) for each in given]


def test_a_group_is_one_commit(engine: Engine, writer: GroupWriter) -> None:
    """Whoever wrote in a group is answered by the same commit."""
    commits: list[None] = []
    event.listen(engine, "commit", lambda _connection: commits.append(None))
    names = [f"{number:02}" for number in range(20)]
    assert sorted(in_one_group(writer, [keep(name) for name in names])) == names
    assert kept(engine) == names
    assert len(commits) == 2  # of the work that held the writer up, and of the group


def test_work_that_fails_spoils_nothing_but_itself(engine: Engine, writer: GroupWriter) -> None:
    """Its own rows are undone, its own caller is told, and the others of its group are kept."""

    def fail(connection: Connection) -> None:
        keep("half done")(connection)
        raise ValueError("no")

    outcomes = in_one_group(writer, [keep("a"), fail, keep("b"), keep("a"), keep("c")])
    assert [type(each).__name__ for each in outcomes].count("ValueError") == 1
    assert [type(each).__name__ for each in outcomes].count("IntegrityError") == 1
    assert kept(engine) == ["a", "b", "c"]


def test_when_the_commit_fails_everyone_is_told(engine: Engine, writer: GroupWriter) -> None:
    """Also those who would have been refused: the refusal may rest on what was not kept after all."""

    def orphan(connection: Connection) -> None:
        connection.execute(text("INSERT INTO child VALUES ('nobody')"))

    def refuse(_connection: Connection) -> None:
        raise ValueError("no")

    outcomes = in_one_group(writer, [keep("a"), orphan, refuse])
    assert [type(each) for each in outcomes] == [IntegrityError] * 3
    assert kept(engine) == []
    assert writer.run(keep("later")) == "later"


def test_a_transaction_that_the_database_ended_by_itself_fails_its_group(engine: Engine, writer: GroupWriter) -> None:
    """As SQLite does when the disk is full: nobody is told that anything was kept, and the writer lives on."""

    def end(connection: Connection) -> None:
        connection.exec_driver_sql("ROLLBACK")
        raise ValueError("no")

    outcomes = in_one_group(writer, [keep("a"), end, keep("b")])
    assert all(isinstance(each, OperationalError) for each in outcomes)
    assert kept(engine) == []
    assert writer.run(keep("later")) == "later"


def test_not_even_an_exit_stops_the_writer(engine: Engine, writer: GroupWriter) -> None:
    """A writer that died would leave everyone waiting for ever."""

    def leave(_connection: Connection) -> None:
        raise SystemExit

    with pytest.raises(SystemExit):
        writer.run(leave)
    assert writer.run(keep("later")) == "later"


def test_close_finishes_what_was_given_and_refuses_what_comes_later(engine: Engine) -> None:
    """Nothing waits for an answer that nobody will give."""
    writer = GroupWriter(engine)
    names = [f"{number:02}" for number in range(50)]
    with ThreadPoolExecutor(8) as threads:
        done = list(threads.map(lambda name: writer.run(keep(name)), names))
    writer.close()
    assert done == names
    assert kept(engine) == names
    with pytest.raises(RuntimeError, match="closed"):
        writer.run(keep("late"))
    writer.close()


def test_a_transaction_inside_a_transaction_is_refused(writer: GroupWriter) -> None:
    """It would wait for itself, in the caller's thread and in the writer's own."""
    with pytest.raises(RuntimeError, match="inside"):
        writer.run(lambda _connection: writer.run(keep("a")))

    def nested(_connection: Connection) -> str:
        try:
            return str(writer.run(keep("b")))
        except RuntimeError as error:
            raise ValueError(str(error)) from error

    outcomes = in_one_group(writer, [nested, nested])
    assert [str(each) for each in outcomes] == ["a transaction inside a transaction"] * 2


def test_who_comes_while_nobody_writes_does_so_in_its_own_thread(writer: GroupWriter) -> None:
    """Others of a group are written by a thread that is none of theirs."""
    assert writer.run(lambda _connection: threading.get_ident()) == threading.get_ident()
    idents = in_one_group(writer, [lambda _connection: threading.get_ident()] * 3)
    assert set(idents) == {writer._thread.ident}


def test_close_waits_for_whoever_writes(engine: Engine) -> None:
    """Also for one who does so in its own thread."""
    writer = GroupWriter(engine)
    busy, go = threading.Event(), threading.Event()

    def hold(connection: Connection) -> str:
        busy.set()
        go.wait(10)
        return keep("a")(connection)

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(writer.run, hold)
        busy.wait(10)
        closing = threads.submit(writer.close)
        with pytest.raises(TimeoutError):
            closing.result(0.05)
        go.set()
        closing.result(10)
        assert first.result(10) == "a"
    assert kept(engine) == ["a"]
