"""SQLite's one writer: commits what waits in one group, so many threads share one commit and none fights for a lock."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from sqlalchemy import Connection, Engine, text

from sandbox.store.statements import Statement

Work = Callable[[Connection], Any]
_GROUP = 64
_SET, _GO_BACK, _LET_GO = (Statement(text(f"{do} work")) for do in ("SAVEPOINT", "ROLLBACK TO", "RELEASE"))


class GroupWriter:
    """A thread that runs pieces of work, each whole or not at all, and answers after the commit of their group."""

    def __init__(self, engine: Engine) -> None:
        self._queue: queue.SimpleQueue[tuple[Work, Future[Any]] | None] = queue.SimpleQueue()
        self._engine = engine
        self._closed = False
        self._gate = threading.Lock()  # so that nothing is given after the end, where nobody would answer it
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
        self._thread.start()

    def run(self, work: Work) -> Any:
        """What `work` returns, once it is committed; raises what it raises, and then nothing of it is kept."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a transaction inside a transaction")
        answer: Future[Any] = Future()
        with self._gate:
            if self._closed:
                raise RuntimeError("the database was closed")
            self._queue.put((work, answer))
        return answer.result()

    def close(self) -> None:
        """Finish what was given so far, then stop. What is given later is refused."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while group := self._next_group():
            self._commit(group)

    def _next_group(self) -> list[tuple[Work, Future[Any]]]:
        group: list[tuple[Work, Future[Any]]] = []
        item = self._queue.get()
        while item is not None:
            group.append(item)
            if len(group) == _GROUP or self._queue.empty():
                return group
            item = self._queue.get()
        if group:
            self._queue.put(None)
        return group

    def _commit(self, group: list[tuple[Work, Future[Any]]]) -> None:
        """Nobody is told anything before the commit: even a refusal may rest on what others of the group have done."""
        try:
            with self._engine.begin() as connection:
                outcomes = [_outcome(connection, work) for work, _ in group]
        except BaseException as failure:  # noqa: BLE001 - the disk is full, say; a writer that died would answer nobody
            for _, answer in group:
                answer.set_exception(failure)
            return
        for (_, answer), (result, refusal) in zip(group, outcomes, strict=True):
            if refusal is None:
                answer.set_result(result)
            else:
                answer.set_exception(refusal)


def _outcome(connection: Connection, work: Work) -> tuple[Any, Exception | None]:
    """What one piece of work returned or raised; when it raised, nothing of it is left in the group."""
    _SET.change(connection, {})
    result, refusal = None, None
    try:
        result = work(connection)
    except Exception as error:  # noqa: BLE001 - it is handed to whoever gave the work
        _GO_BACK.change(connection, {})
        refusal = error
    _LET_GO.change(connection, {})
    return result, refusal
