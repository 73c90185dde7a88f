"""Who may come in from where, and how often: looked at with each call from outside, after its token."""

import threading
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from sandbox.domain.errors import INVALID_REQUEST, Problem

REMEMBERED = 10_000  # callers, before those are forgotten who did not come of late

Network = IPv4Network | IPv6Network


@lru_cache(1024)
def read_networks(text: str) -> tuple[Network, ...]:
    """The networks of a list with spaces in between. Raises ValueError for what is none."""
    return tuple(ip_network(each) for each in text.split())


def may_come_from(networks: str, address: str) -> bool:
    """Whether an address is in one of these networks; with none named, every address is right."""
    if not networks:
        return True
    try:
        found = _mapped(ip_address(address))
    except ValueError:
        return False
    return any(found in network for network in read_networks(networks))


def _mapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """A server that listens to both kinds is told an IPv4 address as an IPv6 one."""
    inside = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return inside or address


class Buckets:
    """A bucket of tokens for each caller, filled at its rate and never with more than a burst, by itself a second's.

    Kept by each process for itself: of several, each lets in so many. `now` gives real time in milliseconds.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._filled: dict[str, tuple[float, int]] = {}  # level, and when that was

    def wait(self, key: str, rate: float, burst: float = 0) -> float:
        """Take one of `rate` a second: 0 when there was one, else seconds until there will be."""
        now, most = self._now(), max(1.0, burst or rate)
        with self._lock:
            level, at = self._filled.get(key, (most, now))
            level = min(most, level + max(0, now - at) * rate / 1000)
            taken = level >= 1
            self._filled[key] = (level - 1 if taken else level, now)
            if len(self._filled) > REMEMBERED:
                self._forget()
        return 0 if taken else (1 - level) / rate

    def admit(self, key: str, rate: float, told: str, *, burst: float = 0) -> None:
        """Take one, where there is a rate. Raises 429, with when to try again, when there was none."""
        if rate and (seconds := self.wait(key, rate, burst)):
            raise Problem(INVALID_REQUEST, (told,), 429, retry_after=-int(-seconds // 1))

    def _forget(self) -> None:
        """The half that did not come of late: whoever comes again finds a full bucket."""
        latest = sorted(self._filled.items(), key=lambda entry: entry[1][1])[REMEMBERED // 2 :]
        self._filled = dict(latest)
