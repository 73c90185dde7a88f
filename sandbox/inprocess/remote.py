"""Playing a recording at somebody's gateway, over HTTP: it is not the recorded world, so what it means is compared.

Numbers, references and times that the gateway gives have their counterparts in the recording: what stood for a thing
there stands for it here, in later calls too, and is no difference.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode

import orjson

from sandbox.domain.durations import to_ms
from sandbox.inprocess.comparing import Outcome, Report, compare_exchange, compare_kci

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_NAMING = re.compile(r"(^id|Id|ID|uuid|cursor|next|[rR]eference|Number|epoch|world|value)$")

Send = Any  # see sandbox.cli.session.Send


@dataclass
class Remote:
    """A gateway, and the client that calls it."""

    send: Send
    client_id: str
    client_secret: str
    token: str = ""

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None) -> dict[str, Any]:
        """What it answers."""
        if not self.token:
            form = {
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
            }
            plain = {"Content-Type": "application/x-www-form-urlencoded"}
            _, answer = self.send("POST", "/v1/auth/tenant/access-token", plain, urlencode(form).encode())
            self.token = orjson.loads(answer).get("access_token", "none")
        sent = {**headers, "Authorization": f"Bearer {self.token}"} | (
            {"Content-Type": "application/json"} if body else {}
        )
        status, answer = self.send(method, path, sent, body)
        try:
            value = orjson.loads(answer) if answer else None
        except orjson.JSONDecodeError:
            value = answer.decode("utf-8", "replace")
        return {"status": status, "answerHeaders": {}, "answer": value}


@dataclass
class Counterparts:
    """What stands here for what was named in the recording, and the other way round."""

    here: dict[Any, Any] = field(default_factory=dict)
    there: dict[Any, Any] = field(default_factory=dict)

    def learn(self, recorded: Any, now: Any, name: str = "") -> None:
        """From an answer and the recorded one, where they have the same shape."""
        if isinstance(recorded, dict) and isinstance(now, dict):
            for member in recorded.keys() & now.keys():
                self.learn(recorded[member], now[member], member)
        elif isinstance(recorded, list) and isinstance(now, list):
            for one, other in zip(recorded, now, strict=False):
                self.learn(one, other, name)
        elif _names(name, recorded) and _names(name, now):
            self.here.setdefault(recorded, now)
            self.there.setdefault(now, recorded)

    def translated(self, value: Any) -> Any:
        """What was recorded, in the words of this gateway."""
        return _mapped(value, self.here)

    def as_recorded(self, value: Any) -> Any:
        """What this gateway says, in the words of the recording."""
        return _mapped(value, self.there)


def replay_at(recording: Mapping[str, Any], remote: Remote) -> Report:
    """Ask the gateway the same. Time passes there as it did, where it has the control API."""
    known, outcomes = Counterparts(), []
    clock, before = _Clock(remote), None
    for number, exchange in enumerate(recording["exchanges"], 1):
        clock.follow(before, exchange)
        before = exchange
        now = remote.ask(exchange["method"], *_request(exchange, known))
        known.learn(exchange["answer"], now["answer"])
        told = {**now, "answer": known.as_recorded(now["answer"])}
        outcomes.append(compare_exchange(number, {**exchange, "answerHeaders": {}}, told))
    return Report([*outcomes, *_kcis(recording, remote, known)], {}, [])


@dataclass
class _Clock:
    """The gateway's clock, where there is one to be moved."""

    remote: Remote

    def follow(self, before: Mapping[str, Any] | None, exchange: Mapping[str, Any]) -> None:
        """Let pass what passed before this call, and have what was played by then played."""
        if before is None:
            self._put("PUT", "/_sandbox/clock", {"rate": 0})
            return
        passed = 0
        if "at" in before and "at" in exchange and not before["path"].startswith("/_sandbox/clock"):
            passed = to_ms(exchange["at"]) - to_ms(before["at"])
        if passed > 0 or (exchange["played"] > before["played"] and not before["path"].startswith("/_sandbox/clock")):
            self._put("POST", "/_sandbox/clock/advance", {"by": f"PT{max(passed, 0) // 1000}S"})

    def _put(self, method: str, path: str, body: Any) -> None:
        self.remote.ask(method, path, {}, orjson.dumps(body))


def _request(exchange: Mapping[str, Any], known: Counterparts) -> tuple[str, Mapping[str, str], bytes | None]:
    steps = [quote(str(known.translated(_scalar(unquote(step)))), safe="") for step in exchange["path"].split("/")]
    pairs = [(name, _text(known.translated(_json(text)), text)) for name, text in exchange["query"]]
    query = f"?{urlencode(pairs)}" if pairs else ""
    body = None if exchange["body"] is None else orjson.dumps(known.translated(exchange["body"]))
    return "/".join(steps) + query, exchange["headers"], body


def _kcis(recording: Mapping[str, Any], remote: Remote, known: Counterparts) -> Iterator[Outcome]:
    told: list[Any] = []
    after = "0"
    while True:
        answer = remote.ask("GET", f"/_sandbox/inbox?after={quote(after)}", {}, None)
        items = answer["answer"].get("items", []) if answer["status"] == 200 else []
        if not items:
            break
        told += [item["kci"] for item in items]
        after = items[-1]["cursor"]
    for number, recorded in enumerate(recording["kcis"], 1):
        wanted = recorded["kci"]
        order = known.translated(wanted["entity"].get("id"))
        same = (each for each in told if each["entity"].get("id") == order)
        now = next((each for each in same if each["sequenceNumber"] == wanted["sequenceNumber"]), None)
        if now is not None:
            known.learn(wanted, now)
        yield compare_kci(number, recorded, None if now is None else {"kci": known.as_recorded(now)})


def _names(name: str, value: Any) -> bool:
    if isinstance(value, str) and _MOMENT.match(value):
        return True
    return isinstance(value, str | int) and not isinstance(value, bool) and bool(_NAMING.search(name))


def _mapped(value: Any, words: Mapping[Any, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _mapped(member, words) for name, member in value.items()}
    if isinstance(value, list):
        return [_mapped(each, words) for each in value]
    return words.get(value, value) if isinstance(value, str | int) and not isinstance(value, bool) else value


def _scalar(text: str) -> Any:
    return int(text) if text.isdecimal() else text


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _text(value: Any, before: str) -> str:
    if isinstance(value, str):
        return value
    return before if value == _json(before) else orjson.dumps(value).decode()
