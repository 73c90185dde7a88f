"""Playing a recording again, in a sandbox of its own: the same calls at the same times, and in between what was played.

The world begins as the recorded one did, with its seed, epoch and numbers, and its clock is set for every step, so the
same program gives the same bytes on every machine. Nothing leaves the process: what a callback answered, it answers
again.
"""

import base64
import contextvars
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from werkzeug.test import Client, TestResponse

from sandbox.domain.durations import to_ms
from sandbox.domain.reach import origin_of
from sandbox.domain.worldtime import World
from sandbox.inprocess import bringing
from sandbox.inprocess.comparing import Report, compare_exchange, compare_kci, paired
from sandbox.inprocess.ground import Ground, open_ground
from sandbox.inprocess.remote import as_sent
from sandbox.inprocess.steps import Step, Steps
from sandbox.spec.checks import Checks
from sandbox.spec.documents import load_document
from sandbox.store import accounts, claiming, founding, own_files, worlds
from sandbox.store.store import CURSOR, PLAYED, Tx
from sandbox.store.terms import NO_QUOTAS, TenantTerms
from sandbox.wire.courier import NoAnswer, Parcel, Reply
from sandbox.wire.hearing import as_said
from sandbox.world import rewind
from sandbox.world.player import play

CLIENT, SECRET = "replay", "replay-secret"
LEASE = 60_000

Recording = Mapping[str, Any]


class UnusableError(ValueError):
    """No recording, or one that cannot be played."""


def read(content: bytes) -> Recording:
    """The recording in this file. Raises UnusableError."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise UnusableError(f"not JSON: {error}") from None
    document = load_document("control")
    wrong = Checks(document).answer(document.operations["getRecording"], 200, found)
    if wrong:
        raise UnusableError(f"not a recording: {wrong[0]}")
    recording: Recording = found
    return recording


def replay(recording: Recording, **folders: str) -> Report:
    """Play it again, and compare; `folders` are the settings `scenarios` and `suppliers`. Raises UnusableError."""
    settings = {
        name: recording["settings"][name]
        for name in ("reset", "patience", "real_data", "body_limit")
        if name in recording["settings"]
    }
    with open_ground(**settings, **folders) as ground, _staged(ground, recording) as replayer:
        answers = replayer.play()
        again, mailbox = replayer.told()
    outcomes = [
        compare_exchange(number, recorded, now)
        for number, (recorded, now) in enumerate(zip(recording["exchanges"], answers, strict=True), 1)
    ]
    both = paired(recording["kcis"], again["kcis"])
    outcomes += [compare_kci(number, recorded, now) for number, (recorded, now) in enumerate(both, 1)]
    return Report(outcomes, again, mailbox)


@contextmanager
def _staged(ground: Ground, recording: Recording) -> Iterator["Replayer"]:
    parts = ground.sandbox.parts
    for world in parts.store.query(worlds.every):
        parts.store.transact(partial(founding.erase_world, name=world.name))
    parts.store.transact(lambda connection: _found(ground, recording, connection))
    replayer = Replayer(ground, recording)
    parts.courier.instead = replayer.answer
    yield replayer


def _found(ground: Ground, recording: Recording, connection: Any) -> None:
    """The recorded world as it began, its tenant, and a client of our own for it."""
    parts, about, tenant = ground.sandbox.parts, recording["world"], recording["tenant"]
    first = recording["beginnings"][0]
    real, at = to_ms(first["real"]), to_ms(first["at"])
    reset_at = real if first["epoch"] > 1 else None
    ground.clock.at = real
    world = World(
        about["name"], about["seed"], first["epoch"], at, real, first["rate"], about["gap"], reset_at=reset_at
    )
    partner = None if about["demo"] else "replayed"
    founding.found_world(connection, world, partner)
    for owner, numbers in first["counters"].items():
        accounts.set_numbers(connection, world.name, owner, numbers)
    drawn = sha256(f"webhook secret of {tenant['code']} of {about['seed']}".encode()).digest()
    secret = parts.keys.encrypt("whsec_" + base64.b64encode(drawn).decode())
    url = bringing.callback_at_first(recording)
    proved = None if url is None else origin_of(url)
    suppliers = bringing.suppliers_at_first(recording)
    row = accounts.Tenant(tenant["code"], world.name, suppliers, url, secret, callback_proved=proved)
    founding.found_tenant(connection, row, TenantTerms(tenant["code"], partner, "Replayed", real, real, (), NO_QUOTAS))
    kept = parts.keys.hash_secret(CLIENT, SECRET)
    client = accounts.Client(CLIENT, "tenant", tenant["code"], world.name, kept, 1, tenant["code"], real)
    accounts.add_client(connection, client)
    for file in bringing.files_at_first(parts.library, recording):
        own_files.put(connection, file)


class Replayer:
    """Goes through a recording, step by step."""

    def __init__(self, ground: Ground, recording: Recording) -> None:
        self._sandbox, self._clock = ground.sandbox, ground.clock
        self._store = ground.sandbox.parts.store
        self._recording = recording
        self._world, self._owner = recording["world"]["name"], recording["tenant"]["code"]
        abouts = {int(told["cursor"]): str(told["about"]) for told in recording["kcis"]}
        self._steps = Steps(recording["played"], abouts)
        self._before_run = 0  # how much had been played when the run under way began
        self._outcomes: dict[str, list[dict[str, Any]]] = {
            told["kci"]["id"]: list(told["attempts"]) for told in recording["kcis"]
        }
        self._later = list(recording["beginnings"][1:])
        self._waiting: list[tuple[int, Mapping[str, Any]]] = list(enumerate(recording["exchanges"]))
        self._answers: dict[int, dict[str, Any]] = {}
        self._token, self._token_until = "", 0

    def play(self) -> Sequence[dict[str, Any]]:
        """The answers, in the order of the recorded calls."""
        while self._waiting:
            number, exchange = self._waiting.pop(0)
            self._go_back_to(exchange["epoch"])
            self._play_to(exchange["played"])
            self._tell_to(exchange["told"])
            self._finish_before(exchange)
            self._before_run = self._count(PLAYED)
            self._ask(number, exchange)
            self._steps.pass_over(self._count(PLAYED) - self._before_run)
        self._go_back_to(self._recording["world"]["epoch"])
        self._play_to(self._steps.last)
        return [self._answers[number] for number in sorted(self._answers)]

    def told(self) -> tuple[Recording, Sequence[Any]]:
        """(the recording of what was played, the mailbox as it is signed at the end)."""
        self._set_clock(to_ms(self._recording["made"]), None)
        again = self._send("GET", "/_sandbox/recording", "", {}, None)["answer"]
        mailbox, after = [], "0"
        while items := self._send("GET", "/_sandbox/inbox", f"after={after}", {}, None)["answer"]["items"]:
            mailbox += items
            after = items[-1]["cursor"]
        return again, mailbox

    def answer(self, parcel: Parcel) -> Reply | None:
        """What whoever is outside answered then. From inside a callback, the calls that it made come first."""
        kci = parcel.headers.get("webhook-id", "")
        if kci not in self._outcomes:
            if urlsplit(parcel.url).netloc and b'"challenge"' in (parcel.body or b""):
                return Reply(200, {}, parcel.body or b"")
            if not kci:
                raise NoAnswer("no part of the recording", timed_out=False)
            return Reply(204, {}, b"")
        contextvars.Context().run(self._ask_from_inside)
        outcome: dict[str, Any] = self._outcomes[kci].pop(0) if self._outcomes[kci] else {"httpStatus": 204}
        if "httpStatus" in outcome:
            return Reply(outcome["httpStatus"], {}, b"")
        raise NoAnswer(outcome.get("error", ""), timed_out=False)

    def _ask_from_inside(self) -> None:
        """The calls that came while just this was on the wire."""
        in_hand = self._steps.in_hand(self._count(PLAYED) - self._before_run)
        while self._waiting and self._waiting[0][1]["played"] < in_hand:
            self._ask(*self._waiting.pop(0), jump=False)

    def _ask(self, number: int, exchange: Mapping[str, Any], *, jump: bool = True) -> None:
        if jump:
            self._set_clock(to_ms(exchange["came"]), exchange.get("at"))
        query = urlencode([tuple(pair) for pair in exchange["query"]])
        asked = (exchange["method"], exchange["path"], query, exchange["headers"], exchange["body"])
        self._answers[number] = self._send(*asked)

    def _send(self, method: str, path: str, query: str, headers: Mapping[str, str], body: Any) -> dict[str, Any]:
        client = Client(self._sandbox.app)
        if self._token_until <= self._clock.now():
            form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
            self._token = client.post("/v1/auth/tenant/access-token", data=form).get_json()["access_token"]
            self._token_until = self._clock.now() + 1_800_000
        sent = {**headers, "Authorization": f"Bearer {self._token}"}
        content, data = as_sent(body)
        answer = client.open(path, method=method, query_string=query, headers={**sent, **content}, data=data)
        return {"status": answer.status_code, "answerHeaders": dict(answer.headers), "answer": _body(answer)}

    # ---- time --------------------------------------------------------------------------------------------------------

    def _set_clock(self, real: int, at: str | None) -> None:
        self._clock.at = real
        if at is not None:
            moment = to_ms(at)
            self._store.transact(lambda connection: worlds.place_clock(connection, self._world, moment, real))

    def _count(self, kind: str) -> int:
        return self._store.query(lambda connection: accounts.last_number(connection, self._world, self._owner, kind))

    def _play_to(self, number: int) -> None:
        """What was settled up to this number, in the order in which its KCIs were told."""
        for step in self._steps.up_to(number):
            before = self._steps.told_by(step, self._count(CURSOR)) - 1
            self._tell_to(before, since=to_ms(step["real"]))
            self._play_step(step)

    def _tell_to(self, cursor: int, *, since: int | None = None) -> None:
        """What had told its KCI by then, though it was settled only later."""
        while (following := self._count(CURSOR) + 1) <= cursor:
            step = self._steps.telling(following, since=since)
            if step is None:
                return
            self._play_step(step)

    def _finish_before(self, exchange: Mapping[str, Any]) -> None:
        """What a player had in hand when a run of the clock began: the run let it finish, and did not play it."""
        answer = exchange["answer"]
        if not isinstance(answer, dict) or "fired" not in answer:
            return
        fired = len(answer["fired"])
        of_epoch = (each["played"] for _, each in self._waiting if each["epoch"] == exchange["epoch"])
        until = next((played for played in of_epoch if played >= exchange["played"] + fired), self._last_of_epoch())
        for step in self._steps.in_hand_at(to_ms(exchange["came"]), self._steps.count_to(until) - fired):
            if not self._play_step(step):  # nobody had it: the run itself has it played within something else
                self._steps.put_back(step)
                return

    def _last_of_epoch(self) -> int:
        """How much had been played when the next epoch began; all of it where there is none."""
        return self._reached(self._later[0]) if self._later else self._steps.last

    def _reached(self, beginning: Mapping[str, Any]) -> int:
        reached: int = beginning["counters"].get(self._owner, {}).get(PLAYED, 0)
        return reached

    def _play_step(self, step: Step) -> bool:
        self._set_clock(to_ms(step["real"]), step["now"])
        self._before_run = 2**62  # nothing but a run has calls made from inside it
        return self._play_lane(step["lane"])

    def _play_lane(self, lane: str) -> bool:
        until = self._clock.now() + LEASE
        job = self._store.write(self._world, lambda tx: claiming.take_lane(tx, lane, until))
        return job is not None and play(self._store, self._sandbox.jobs, job)[0]

    def _go_back_to(self, epoch: int) -> None:
        """Begin the epochs up to this one, which restoring a snapshot began: the world stands where it was taken."""
        while self._later and self._later[0]["epoch"] <= epoch:
            beginning = self._later.pop(0)
            self._play_to(self._reached(beginning))
            self._set_clock(to_ms(beginning["real"]), beginning["at"])
            name, room = f"epoch {beginning['epoch']}", rewind.Room(1_000_000, 2**62)
            self._sandbox.parts.recorder.flush()
            rewind.take(self._store, self._world, "", name, room, _anything, None)
            self._store.transact(partial(worlds.skip_to, name=self._world, epoch=beginning["epoch"] - 1))
            rewind.restore(self._store, self._world, "", name, _anything)
            self._store.transact(partial(self._resume, beginning))

    def _resume(self, beginning: Mapping[str, Any], connection: Any) -> None:
        for owner, numbers in beginning["counters"].items():
            given = {kind: number for kind, number in numbers.items() if kind != PLAYED}
            accounts.set_numbers(connection, self._world, owner, given)


def _anything(_tx: Tx) -> None:
    """Whatever is open goes back: there is nobody else here."""


def _body(answer: TestResponse) -> Any:
    try:
        return as_said(answer.data)
    except ConnectionError:  # broken off, as a fault wanted it
        return None
