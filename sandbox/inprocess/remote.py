"""Playing a recording at somebody's gateway, over HTTP: it is not the recorded world, so what it means is compared.

Numbers, references and times are the gateway's own, and are no difference. What it gives is what later calls send, in
the place of what was recorded.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from sandbox.domain.durations import to_ms
from sandbox.inprocess.comparing import Outcome, Report, compare_exchange, compare_kci
from sandbox.suppliers.versions import OWN
from sandbox.wire.hearing import as_said

Send = Any  # see sandbox.cli.session.Send

CLOCK = "/_sandbox/clock"

# What an operation makes, by the member that later calls name it with; and where a path names it.
_MADE: Mapping[str, str] = {
    "handleReserveAppointment": "appointmentReservationId",
    "handleCreateOrder": "orderId",
    "handleCreateEthernetOrder": "orderId",
    "handleServiceTest": "serviceTestId",
    "handleCreateProblem": "serviceProblemId",
}
_IN_PATHS: Mapping[str, str] = {
    "service-orders": "orderId",
    "ethernet-orders": "orderId",
    "orders": "orderId",
    "service-tests": "serviceTestId",
    "service-problems": "serviceProblemId",
}

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAMING = re.compile(
    r"^id$|Id$|^uuid$|^cursor$|^next$|[rR]eference$|OrderNumber$|^epoch$|^X-Request-ID$|^webhook-id$|^order$"
)
_OWN = "(its own)"
# Which slots there are depends on the day; and what of all that is due a run plays, on whether the gateway was quicker.
_BY_CHANCE: Mapping[str, Any] = {
    "availableTimeslots": _OWN,
    "appointmentTimeslot": _OWN,
    "timeslot": _OWN,
    "fired": [],
}


def as_sent(body: Any) -> tuple[dict[str, str], bytes | None]:
    """(headers, bytes) of a recorded body: text is that of a file that somebody brings, all else is JSON."""
    if body is None:
        return {}, None
    if isinstance(body, str):
        return {"Content-Type": "application/yaml"}, body.encode()
    return {"Content-Type": "application/json"}, orjson.dumps(body)


@dataclass
class Remote:
    """A gateway, and the client that calls it."""

    send: Send
    client_id: str
    client_secret: str
    token: str = ""

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> dict[str, Any]:
        """What it answers."""
        if not self.token:
            self.token = self._sign_in()
        content, data = as_sent(body)
        sent = {**headers, **content, "Authorization": f"Bearer {self.token}"}
        status, answer = self.send(method, path, sent, data)
        return {"status": status, "answerHeaders": {}, "answer": as_said(answer)}

    def _sign_in(self) -> str:
        who = {"client_id": self.client_id, "client_secret": self.client_secret}
        form = urlencode({"grant_type": "client_credentials", **who}).encode()
        plain = {"Content-Type": "application/x-www-form-urlencoded"}
        _, answer = self.send("POST", "/v1/auth/tenant/access-token", plain, form)
        given = as_said(answer)
        return str(given.get("access_token", "none")) if isinstance(given, dict) else "none"


@dataclass
class Counterparts:
    """What this gateway gives in the place of what was recorded: numbers by what they are of, and texts."""

    numbers: dict[tuple[str, Any], Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def learn(self, operation: str, recorded: Any, now: Any) -> None:
        """From an answer and the recorded one."""
        if isinstance(recorded, dict) and isinstance(now, dict) and operation in _MADE and "id" in recorded:
            self.numbers[_MADE[operation], recorded["id"]] = now.get("id", recorded["id"])
        self._learn_texts(recorded, now)

    def _learn_texts(self, recorded: Any, now: Any) -> None:
        if isinstance(recorded, dict) and isinstance(now, dict):
            for member in recorded.keys() & now.keys():
                self._learn_texts(recorded[member], now[member])
        elif isinstance(recorded, list) and isinstance(now, list):
            for one, other in zip(recorded, now, strict=False):
                self._learn_texts(one, other)
        elif isinstance(recorded, str) and isinstance(now, str) and (_own(recorded) or _own(now)):
            self.texts[recorded] = now

    def translated(self, value: Any, name: str = "") -> Any:
        """What was recorded, in the words of this gateway."""
        if isinstance(value, dict):
            return {member: self.translated(each, member) for member, each in value.items()}
        if isinstance(value, list):
            return [self.translated(each, name) for each in value]
        return self.texts.get(value, value) if isinstance(value, str) else self.numbers.get((name, value), value)

    def path(self, path: str) -> str:
        """A recorded path, which names things by this gateway's numbers."""
        steps = path.split("/")
        for place in range(1, len(steps)):
            if steps[place].isdecimal():
                key = (_IN_PATHS.get(steps[place - 1], ""), int(steps[place]))
                steps[place] = str(self.numbers.get(key, steps[place]))
            else:
                steps[place] = quote(self.texts.get(steps[place], steps[place]), safe="%")
        return "/".join(steps)


def replay_at(recording: Mapping[str, Any], remote: Remote) -> Report:
    """Ask the gateway the same, and compare. Time passes there as it did, where it has the control API."""
    known = Counterparts()
    outcomes: list[Outcome] = []
    before: Mapping[str, Any] | None = None
    since = _inbox_end(remote)
    for number, exchange in enumerate(recording["exchanges"], 1):
        _let_pass(remote, before, exchange)
        before = exchange
        now = remote.ask(exchange["method"], *_request(exchange, known))
        known.learn(exchange["operation"], exchange["answer"], now["answer"])
        both = (_meant(exchange) | {"answerHeaders": {}}, _meant(now))
        outcomes.append(compare_exchange(number, {**exchange, **both[0]}, both[1]))
    return Report([*outcomes, *_kcis(recording, remote, known, since)], {}, [])


def _let_pass(remote: Remote, before: Mapping[str, Any] | None, exchange: Mapping[str, Any]) -> None:
    """Have played what was played before this call, and let pass what passed: a call that moves the clock does so."""
    if before is None:
        remote.ask("PUT", CLOCK, {}, {"rate": 0})
    elif not before["path"].startswith(CLOCK):
        known = "at" in before and "at" in exchange
        passed = max(0, to_ms(exchange["at"]) - to_ms(before["at"])) // 1000 if known else 0
        if passed or exchange["played"] > before["played"]:
            remote.ask("POST", f"{CLOCK}/advance", {}, {"by": f"PT{passed}S"})


def _request(exchange: Mapping[str, Any], known: Counterparts) -> tuple[str, Mapping[str, str], Any]:
    pairs = [(name, _query_text(known, name, text)) for name, text in exchange["query"]]
    query = f"?{urlencode(pairs)}" if pairs else ""
    return known.path(exchange["path"]) + query, exchange["headers"], known.translated(exchange["body"])


def _query_text(known: Counterparts, name: str, text: str) -> str:
    value = as_said(text.encode())
    if isinstance(value, dict | list):
        return orjson.dumps(known.translated(value)).decode()
    return str(known.translated(value, name)) if isinstance(value, int) else known.texts.get(text, text)


def _inbox_end(remote: Remote) -> str:
    cursor = "0"
    while items := _page(remote, cursor):
        cursor = items[-1]["cursor"]
    return cursor


def _page(remote: Remote, cursor: str) -> list[Any]:
    answer = remote.ask("GET", f"/_sandbox/inbox?after={quote(cursor)}", {}, None)["answer"]
    return list(answer.get("items", [])) if isinstance(answer, dict) else []


def _kcis(recording: Mapping[str, Any], remote: Remote, known: Counterparts, cursor: str) -> Iterator[Outcome]:
    told: list[Any] = []
    while items := _page(remote, cursor):
        told += [item["kci"] for item in items]
        cursor = items[-1]["cursor"]
    for number, recorded in enumerate(recording["kcis"], 1):
        wanted = recorded["kci"]
        thing = known.numbers.get(("orderId", wanted["entity"].get("id")), wanted["entity"].get("id"))
        of_thing = (each for each in told if each["entity"].get("id") == thing)
        now = next((each for each in of_thing if each["sequenceNumber"] == wanted["sequenceNumber"]), None)
        number_there = wanted["entity"].get("id")
        here = None if now is None else _kci(now, number_there)
        yield compare_kci(number, _kci(wanted, number_there), here)


def _kci(kci: Mapping[str, Any], number: Any) -> dict[str, Any]:
    """A KCI as it is compared, about the thing of this number in the recording."""
    meant = _meant(kci)
    return {"kci": {**meant, "entity": {**meant["entity"], "id": number}}}


def _own(text: str) -> bool:
    return bool(_MOMENT.fullmatch(text) or _UUID.fullmatch(text))


def _meant(value: Any, name: str = "") -> Any:
    """A value without what every gateway gives by itself: that it is there counts, and not what it is."""
    if name in _BY_CHANCE:
        return _BY_CHANCE[name]
    if isinstance(value, dict):
        given = value.get("name") in OWN  # a characteristic that a supplier gives a service
        return {member: _OWN if given and member == "value" else _meant(each, member) for member, each in value.items()}
    if isinstance(value, list):
        return [_meant(each, name) for each in value]
    if isinstance(value, bool) or not isinstance(value, str | int):
        return value
    return _OWN if _NAMING.search(name) or (isinstance(value, str) and _own(value)) else value
