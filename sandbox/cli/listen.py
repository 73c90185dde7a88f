"""`sandbox listen`: pull a tenant's KCIs, and post them to an endpoint that only this machine can reach."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import click
import orjson
import urllib3

from sandbox.cli.drawing import when
from sandbox.cli.session import Session, Unreachable, connection, http_url, open_session, why
from sandbox.world.clock import Clock, SystemClock

WAIT = 25  # seconds that one look into an empty mailbox holds
LONGEST_PAUSE = 30  # seconds between two tries
TIMEOUT = 10  # seconds that an endpoint has for one KCI, as for a push by the gateway

Item = dict[str, Any]  # an item of the mailbox: cursor, kci, headers


class NotTaken(click.ClickException):
    """The endpoint did not take a KCI."""


@dataclass
class Listener:
    """Hands over the mailbox of a session from `cursor` on, KCI by KCI, and none before the one ahead of it was taken.

    `give` hands one over, or raises NotTaken; `tell` says something to the person who watches; within `undisturbed`
    nothing interrupts.
    """

    session: Session
    give: Callable[[Item], None]
    tell: Callable[[str], None]
    clock: Clock
    cursor: str = "0"
    failures: int = 0
    undisturbed: Callable[[], AbstractContextManager[None]] = nullcontext

    def run(self, *, once: bool) -> None:
        """Go on until interrupted; with `once`, until the mailbox is empty or something goes wrong."""
        more = True
        while more or not once:
            try:
                more = self._hand_over(wait=0 if once else WAIT)
            except (NotTaken, Unreachable) as failure:
                if once:
                    raise
                pause = min(2**self.failures, LONGEST_PAUSE)
                self.failures += 1
                self.tell(f"{failure.message}: trying again in {pause} s")
                self._rest(pause)

    def _hand_over(self, wait: int) -> bool:
        """Whether there was anything. After a failure it is read anew: signatures are good for some minutes only."""
        items = self.session.call("GET", "/_sandbox/inbox", query={"after": self.cursor, "wait": str(wait)})["items"]
        for item in items:
            with self.undisturbed():
                self.give(item)
                self.cursor, self.failures = item["cursor"], 0
        self.failures = 0
        return bool(items)

    def _rest(self, seconds: int) -> None:
        condition = threading.Condition()
        with condition:
            self.clock.wait(condition, self.clock.now() + seconds * 1000)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A Ctrl-C is heeded afterwards, so that what was taken counts as taken."""
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if heard:
        raise KeyboardInterrupt


@click.command()
@click.option(
    "--forward", metavar="URL", callback=http_url, help="Endpoint to post each KCI to. Without it they are printed."
)
@click.option(
    "--after", default="0", metavar="CURSOR", help="Begin after this place in the mailbox.  [default: 0, all of it]"
)
@click.option("--once", is_flag=True, help="End when the mailbox is empty, or at the first failure.")
@click.option("--json", "whole", is_flag=True, help="Print the KCIs whole, one a line.")
@connection
def command(
    forward: str | None, after: str, once: bool, whole: bool, url: str, client_id: str, client_secret: str | None
) -> None:
    """Wait for a tenant's KCIs, and post each to an endpoint of yours with the headers and the bytes of a push.

    An endpoint that does not answer with 2xx gets the same KCI again until it does: none is left out, none overtakes.
    """
    session = open_session(url, client_id, client_secret)
    session.sign_in()
    tell = partial(click.echo, err=True)
    give = partial(_give, urllib3.PoolManager(retries=False, timeout=TIMEOUT), forward, whole)
    listener = Listener(session, give, tell, SystemClock(), after, undisturbed=_undisturbed)
    if not once:
        tell(f"Waiting for KCIs of {client_id} at {session.url}. Ctrl-C ends.")
    try:
        listener.run(once=once)
    except KeyboardInterrupt:
        tell("")
    except NotTaken as failure:
        raise NotTaken(f"{failure.message}; go on with --after {listener.cursor}") from None
    tell(f"Go on with --after {listener.cursor}")


def _give(pool: urllib3.PoolManager, forward: str | None, whole: bool, item: Item) -> None:
    body = body_of(item)
    outcome = "" if forward is None else f"  {_post(pool, forward, item, body)}"
    click.echo(body if whole else in_a_line(item) + outcome)


def _post(pool: urllib3.PoolManager, forward: str, item: Item, body: bytes) -> int:
    try:
        response = pool.request("POST", forward, body=body, headers=item["headers"], redirect=False)
    except urllib3.exceptions.HTTPError as error:
        raise NotTaken(f"KCI {item['cursor']} was not taken: {forward}: {why(error)}") from error
    if not 200 <= response.status < 300:
        raise NotTaken(f"KCI {item['cursor']} was not taken: {forward} answered {response.status}")
    return response.status


def body_of(item: Item) -> bytes:
    """The very bytes that the gateway signed: what orjson wrote, orjson reads and writes again the same."""
    return orjson.dumps(item["kci"])


def in_a_line(item: Item) -> str:
    """What a KCI says, for people."""
    kci = item["kci"]
    content = kci.get("information") or kci.get("action") or kci.get("error")
    about = f"order {kci['entity']['id']} #{kci['sequenceNumber']}"
    told = content.get("type") or content["code"]
    return f"{item['cursor']:>5}  {when(kci['deliveredOn'])}  {about:<12}  {told} ({kci['entity']['status']})"
