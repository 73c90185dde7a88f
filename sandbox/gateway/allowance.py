"""A tenant's quotas of orders that are open at once, and of bytes: looked at before anything new is taken.

To count is a look at all that the tenant has, so it is done now and again, and in between each process adds up what it
takes itself. Who is refused is counted anew, so that room which was made is found. Of several processes each may take
in what the others do not know of yet: for as long as a count is believed.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from sandbox.domain.errors import INVALID_REQUEST, Problem
from sandbox.parts import Parts
from sandbox.store import usage
from sandbox.store.store import Tx
from sandbox.wire.calls import Answer, Call, Caller, Handler

BELIEVED = 10_000  # milliseconds of real time that a count is added up to before there is another
REFUSED = 250  # milliseconds that a tenant at its limit is refused by one count
TRY_AGAIN = 10  # seconds, where an order may come to its end meanwhile
MUCH_LATER = 3_600  # seconds, where nothing but a reset makes room and none is announced

OPENING = ("handleCreateOrder", "handleCreateEthernetOrder")


@dataclass(frozen=True)
class _Used:
    epoch: int | None
    counted_at: int
    orders: int
    bytes: int


class Allowance:
    """What tenants have used, as this process knows it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._lock = threading.Lock()
        self._used: dict[str, _Used] = {}

    def take(self, opens: bool, handler: Handler, call: Call) -> Answer:
        """The handler's answer to a call that keeps something; 429 when the tenant has no room for it."""
        quotas = call.caller.quotas
        if not (quotas.orders or quotas.bytes):
            return handler(call)
        if self._full(self._look(call.caller, BELIEVED), call.caller, opens):
            refusal = self._full(self._look(call.caller, REFUSED), call.caller, opens)
            if refusal is not None:
                raise refusal
        answer = handler(call)
        if answer.status < 300:
            self._add(call.caller.code, int(opens), len(call.raw))
        return answer

    def _full(self, used: _Used, caller: Caller, opens: bool) -> Problem | None:
        quotas = caller.quotas
        if opens and quotas.orders and used.orders >= quotas.orders:
            told = f"{used.orders} orders are open, and {quotas.orders} may be: let some come to their end"
            return Problem(INVALID_REQUEST, (told,), 429, retry_after=TRY_AGAIN)
        if quotas.bytes and used.bytes >= quotas.bytes:
            told = f"{used.bytes} bytes are kept for you, and {quotas.bytes} may be: reset your world"
            coming = caller.resets_at or self._parts.clock.now() + MUCH_LATER * 1000
            wait = max(1, -(-(coming - self._parts.clock.now()) // 1000))
            return Problem(INVALID_REQUEST, (told,), 429, retry_after=wait)
        return None

    def _look(self, caller: Caller, believed: int) -> _Used:
        """What the caller has used, by a count that is not older than that."""
        now = self._parts.clock.now()
        with self._lock:
            used = self._used.get(caller.code)
        if used is None or used.epoch != caller.epoch or now - used.counted_at >= believed:
            used = self._parts.store.read(caller.world, partial(self._count, caller))
            with self._lock:
                self._used[caller.code] = used
        return used

    def _count(self, caller: Caller, tx: Tx) -> _Used:
        """Only what there is a quota of: the bytes are many rows to look at."""
        orders = usage.open_orders(tx, caller.code) if caller.quotas.orders else 0
        size = usage.bytes_kept(tx, caller.code) if caller.quotas.bytes else 0
        return _Used(tx.world.epoch, tx.real, orders, size)

    def _add(self, tenant: str, orders: int, size: int) -> None:
        with self._lock:
            if tenant in self._used:
                used = self._used[tenant]
                self._used[tenant] = replace(used, orders=used.orders + orders, bytes=used.bytes + size)


def within(parts: Parts, handlers: Mapping[str, Handler], keeping: frozenset[str]) -> Mapping[str, Handler]:
    """These handlers, those of the operations that are `keeping` something within what the tenant may have."""
    allowance = Allowance(parts)
    return {
        name: partial(allowance.take, name in OPENING, handler) if name in keeping else handler
        for name, handler in handlers.items()
    }
