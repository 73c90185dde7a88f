"""Every broken supplier, and how one is examined."""

from collections.abc import Callable
from typing import Any

from sandbox.conformance.inbox import Inbox
from sandbox.conformance.setup import Setup
from tests.broken import supplier_answers, supplier_kcis
from tests.broken.layer import Break, Call, Said, layered, telling
from tests.broken.playing import Outcome, examine, in_process, posting, supplier_profile
from tests.broken.watch import Watch
from tests.foreign.supplier import Supplier

Post = Callable[[dict[str, str], bytes], int]


# What no change of one answer or one KCI can bring about: how the supplier is run with it.
Play = Callable[[Supplier, Inbox, Post, Watch], tuple[Break, Post]]


def _slow(_supplier: Supplier, _inbox: Inbox, post: Post, watch: Watch) -> tuple[Break, Post]:
    def answer(call: Call, _said: Said) -> None:
        if call.path == "/quote":
            watch.time += 0.95

    return Break("", "", answer=answer), post


def _tells_again(supplier: Supplier, _inbox: Inbox, post: Post, _watch: Watch) -> tuple[Break, Post]:
    def answer(call: Call, _said: Said) -> None:
        if call.path == "/service-orders" and call.repeats:
            supplier.say("provideServiceOrder", call.body["id"], "COMMITTED", "IN_PROGRESS")

    return Break("", "", answer=answer), post


def _closes(supplier: Supplier, _inbox: Inbox, post: Post, _watch: Watch) -> tuple[Break, Post]:
    def answer(call: Call, said: Said) -> None:
        if call.method == "PATCH" and said.status == 200 and said.body["status"] == "REJECTED":
            number = int(call.path.rpartition("/F")[2].split("-")[0])
            supplier.say("serviceProblem", number, "COMPLETED", "COMPLETED")

    return Break("", "", answer=answer), post


def _posts(change: Callable[[dict[str, str]], Any]) -> Play:
    def play(_supplier: Supplier, _inbox: Inbox, post: Post, _watch: Watch) -> tuple[Break, Post]:
        def wrong(headers: dict[str, str], raw: bytes) -> int:
            change(headers)
            return post(headers, raw)

        return Break("", ""), wrong

    return play


def _signs_in_each_time(_supplier: Supplier, inbox: Inbox, _post: Post, _watch: Watch) -> tuple[Break, Post]:
    def wrong(headers: dict[str, str], raw: bytes) -> int:
        return posting(inbox)(headers, raw)

    return Break("", ""), wrong


def _lets_be(_supplier: Supplier, _inbox: Inbox, post: Post, _watch: Watch) -> tuple[Break, Post]:
    return Break("", ""), lambda headers, raw: post(headers, raw) and 204


PLAYED: dict[str, tuple[str, Play, dict[str, str]]] = {
    "SUP-020": ("needs nearly all of the gateway's patience", _slow, {}),
    "KCI-052": ("tells a story again when the order comes again", _tells_again, {
        "KCI-044": "the story that is told again has come to its end"}),
    "KCI-062": ("closes what was not mended", _closes, {}),
    "KCI-070": ("shows no token", _posts(lambda headers: headers.update(Authorization="Bearer nobody")), {}),
    "KCI-071": ("fetches a token for every KCI", _signs_in_each_time, {}),
    "KCI-072": ("uses one X-Request-ID for all", _posts(lambda headers: headers.update({"X-Request-ID": "one"})), {}),
    "KCI-073": ("calls its KCIs text", _posts(lambda headers: headers.update({"Content-Type": "text/plain"})), {}),
    "KCI-074": ("makes conversations up", _posts(lambda headers: headers.update({"X-Conversation-ID": "mine"})), {}),
    "KCI-075": ("does not try again", _lets_be, {}),
}  # fmt: skip

BREAKS: dict[str, Break] = {
    **{each.requirement: each for each in (*supplier_answers.BREAKS, *supplier_kcis.BREAKS)},
    **{name: Break(name, how, trips=trips) for name, (how, _, trips) in PLAYED.items()},
}


def examined(broken: Break | None = None, only: frozenset[str] = frozenset(), **more: Any) -> Outcome:
    """What the suite says of the correct supplier, or of one that is broken so."""
    supplier, inbox, watch = Supplier(), Inbox("supplier", "supplier-secret"), Watch()
    post = posting(inbox)
    layer = broken or Break("", "")
    if layer.requirement in PLAYED:
        layer, post = PLAYED[layer.requirement][1](supplier, inbox, post, watch)
    told, app = telling(post, layer), layered(supplier, layer)
    inbox.pump = lambda: supplier.speak(told)
    profile = supplier_profile(**{**more, **(broken.profile if broken else {})})
    return examine(Setup(profile, only=only, connect=in_process(app), inbox=inbox, now=watch))
