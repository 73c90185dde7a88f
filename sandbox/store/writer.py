"""SQLite's one writer: commits what waits in one group, so many threads share one commit and none fights for a lock."""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from sqlalchemy import Connection, Engine

Work = Callable[[Connection], Any]
_GROUP = 64


class GroupWriter:
    """A thread that runs pieces of work, each whole or not at all, and answers after the commit of their group."""

    def __init__(self, engine: Engine) -> None:
        self._queue: queue.SimpleQueue[tuple[Work, Future[Any]] | None] = queue.SimpleQueue()
        self._engine = engine
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
        self._thread.start()

    def run(self, work: Work) -> Any:
        """What `work` returns, once it is committed; raises what it raises, and then nothing of it is kept."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a transaction inside a transaction")
        answer: Future[Any] = Future()
        self._queue.put((work, answer))
        return answer.result()

    def close(self) -> None:
        """Finish what was given so far, then stop."""
        self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        with self._engine.connect() as connection:
            while group := self._next_group():
                self._commit(connection, group)

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

    @staticmethod
    def _commit(connection: Connection, group: list[tuple[Work, Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            for work, answer in group:
                connection.exec_driver_sql("SAVEPOINT work")
                try:
                    done.append((answer, work(connection)))
                except Exception as refusal:  # noqa: BLE001 - it is handed to whoever gave the work
                    connection.exec_driver_sql("ROLLBACK TO work")
                    answer.set_exception(refusal)
                connection.exec_driver_sql("RELEASE work")
            connection.commit()
        except Exception as failure:  # noqa: BLE001 - the disk is full, say: nobody is told that it was kept
            connection.rollback()
            for _, answer in group:
                if not answer.done():
                    answer.set_exception(failure)
            return
        for answer, result in done:
            answer.set_result(result)
