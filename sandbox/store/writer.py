"""SQLite has one writer at a time: what waits meanwhile is committed in one group, so that many share one commit."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import Connection, text

from sandbox.store.keeping import Connections
from sandbox.store.statements import Statement

Work = Callable[[Connection], Any]
Waiting = Callable[[], AbstractContextManager[None]]  # what to be in while somebody else writes
_Given = tuple[Work, Future[Any]]
_Outcome = tuple[Any, Exception | None]
_GROUP = 64
_SET, _GO_BACK, _LET_GO = (Statement(text(f"{do} work")) for do in ("SAVEPOINT", "ROLLBACK TO", "RELEASE"))


class GroupWriter:
    """Runs pieces of work, each whole or not at all, and answers after the commit of their group.

    Who comes while nobody writes does so at once, in the caller's own thread: to wake another and to wait for it takes
    longer than most of the work. What comes while somebody writes is the next group of a thread for that.
    """

    def __init__(self, connections: Connections, waiting: Waiting = nullcontext) -> None:
        self._connections = connections
        self._waiting_for_it = waiting
        self._waiting: deque[_Given] = deque()
        self._given = threading.Condition()  # also so that nothing is given after the end, where nobody would answer it
        self._closed = False
        self._pen = threading.Lock()
        self._writing: int | None = None  # the thread that has the pen
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
        self._thread.start()

    def run(self, work: Work) -> Any:
        """What `work` returns, once it is committed; raises what it raises, and then nothing of it is kept."""
        if self._writing == threading.get_ident():
            raise RuntimeError("a transaction inside a transaction")
        answer = self._give(work)
        if answer is None:
            try:
                return self._alone(work)
            finally:
                self._pen.release()
        with self._waiting_for_it():
            return answer.result()

    def close(self) -> None:
        """Finish what was given so far, then stop. What is given later is refused."""
        with self._given:
            self._closed = True
            self._given.notify()
        self._thread.join()
        with self._pen:
            pass  # whoever still wrote has finished

    def _give(self, work: Work) -> Future[Any] | None:
        """What is to come of the work, which waits for its group; None when the caller has the pen."""
        with self._given:
            if self._closed:
                raise RuntimeError("the database was closed")
            if not self._waiting and self._pen.acquire(blocking=False):
                return None
            answer: Future[Any] = Future()
            self._waiting.append((work, answer))
            self._given.notify()
            return answer

    def _alone(self, work: Work) -> Any:
        """Whatever it raises undoes the whole transaction, which is its own."""
        self._writing = threading.get_ident()
        try:
            with self._connections.begin() as connection:
                return work(connection)
        finally:
            self._writing = None

    def _serve(self) -> None:
        while self._wait_for_work():
            with self._pen:
                self._commit([self._waiting.popleft() for _ in range(min(_GROUP, len(self._waiting)))])

    def _wait_for_work(self) -> bool:
        with self._given:
            self._given.wait_for(lambda: self._waiting or self._closed)
            return bool(self._waiting)

    def _commit(self, group: list[_Given]) -> None:
        """Nobody is told anything before the commit: even a refusal may rest on what others of the group have done."""
        self._writing = threading.get_ident()
        try:
            with self._connections.begin() as connection:
                outcomes = [_outcome(connection, work) for work, _ in group]
        except BaseException as failure:  # noqa: BLE001 - the disk is full, say; a writer that died would answer nobody
            for _, answer in group:
                answer.set_exception(failure)
            return
        finally:
            self._writing = None
        for (_, answer), (result, refusal) in zip(group, outcomes, strict=True):
            if refusal is None:
                answer.set_result(result)
            else:
                answer.set_exception(refusal)


def _outcome(connection: Connection, work: Work) -> _Outcome:
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
