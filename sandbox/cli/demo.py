"""`sandbox demo`: three orders on virtual time, from nothing to their ends in a second, and their timelines."""

from collections.abc import Mapping

import click
from rich.padding import Padding
from werkzeug.test import Client as Caller

from sandbox.cli.drawing import console, heading, moment, when
from sandbox.cli.journey import place_order
from sandbox.cli.session import Failure, Send, Session
from sandbox.cli.story import drawn, facts, promised, told
from sandbox.inprocess.ground import open_ground
from sandbox.inprocess.own_world import OwnWorld
from sandbox.spec.library import Library
from sandbox.wire.courier import WSGIApp
from sandbox.world.clock import SystemClock

START = "2027-06-07T09:00:00Z"  # a Monday with no bank holiday near
STORIES = (("ALDER", "ORDER_SUCCESSFUL"), ("BIRCH", "ORDER_REAPPOINTED"), ("CEDAR", "ORDER_REJECTED"))


class Broken(click.ClickException):
    """An order did not go as its scenario promises."""


@click.command()
def command() -> None:
    """Play three orders on virtual time in a sandbox inside this process, and draw what happened to them.

    No port is opened, and nothing is left behind. Exit code 1 says that an order did not go as its scenario promises.
    """
    watch = SystemClock()
    began = watch.now()
    click.echo(f"A sandbox inside this process. Its clock stands at {when(START)} UTC.\n")
    with open_ground() as ground, ground.world("DEMO", start=START) as world:
        try:
            days = _play(world)
        except Failure as failure:
            raise Broken(failure.message) from failure
    seconds = (watch.now() - began) / 1000
    click.echo(f"{len(STORIES)} orders, {days} days of world time, played in {seconds:.1f} s.")


def _play(world: OwnWorld) -> int:
    """Play the stories and draw them; how many days they took. Raises Broken."""
    library, tenant = world.sandbox.parts.library, world.tenant
    session = Session(in_process(world.app), "the embedded sandbox", tenant.client_id, tenant.secret)
    orders = _place(session, library)
    ended = session.call("POST", "/_sandbox/clock/drain")["now"]
    wrong = [_tell(session, library, number, *story) for number, story in zip(orders, STORIES, strict=True)]
    if any(wrong):
        raise Broken("; ".join(filter(None, wrong)))
    return (moment(ended) - moment(START)).days


def in_process(app: WSGIApp) -> Send:
    """Sends to a sandbox of this process."""

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> tuple[int, bytes]:
        answer = Caller(app).open(path, method=method, headers=dict(headers), data=body)
        return answer.status_code, answer.data

    return send


def _place(session: Session, library: Library) -> list[int]:
    """The numbers of one order per story, each at premises of its own."""
    free, orders = list(library.premises.premises), []
    for supplier, scenario in STORIES:
        premises = next(each for each in free if supplier in each.suppliers)
        free.remove(premises)
        identifier = premises.address["identifier"]
        address = {"id": identifier["id"], "type": identifier["type"]}
        orders.append(place_order(session, library.suppliers[supplier], address, scenario))
    return orders


def _tell(session: Session, library: Library, number: int, supplier: str, scenario: str) -> str:
    """Draw an order's story. What is wrong with its end, or nothing."""
    entries = session.call("GET", f"/_sandbox/orders/{number}/timeline")["items"]
    headers = {"X-Request-ID": f"{supplier}-end", "X-Conversation-ID": supplier}
    order = session.call("GET", f"/v1/service-orders/{number}", headers=headers)
    paper = console()
    paper.print(heading(f"Order {number}  {supplier}  {scenario}"))
    paper.print(library.scenarios[scenario].title, end="\n\n")
    paper.print(drawn(entries))
    for fact in facts(order):
        paper.print(Padding(fact, (0, 0, 0, 2)), style="dim")
    paper.print()
    types, status = promised(library.scenarios[scenario])
    if (told(entries), order["status"]) == (types, status):
        return ""
    return (
        f"order {number} ({supplier}, {scenario}) ended {order['status']} after {', '.join(told(entries))}; "
        f"promised was {status} after {', '.join(types)}"
    )
