"""The fake suppliers alone: called by their documents, speaking to a gateway that only writes down what it hears."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from sandbox import app
from sandbox.domain.durations import to_ms
from sandbox.domain.mapping import PROPERTIES
from sandbox.parts import Parts
from sandbox.settings import Settings
from sandbox.spec.checks import Checks
from sandbox.spec.documents import load_document
from sandbox.spec.library import load_library
from sandbox.store.store import Store
from sandbox.suppliers import api, voice
from sandbox.wire.admission import Buckets
from sandbox.wire.auth import Tokens
from sandbox.wire.calls import Caller
from sandbox.wire.courier import SCHEME, Courier, Parcel
from sandbox.wire.edge import Door
from sandbox.wire.egress import Egress
from sandbox.wire.recorder import Recorder
from sandbox.world.clock import ManualClock
from sandbox.world.keys import load_keys
from sandbox.world.runs import Conductor
from sandbox.world.schedule import Timetable
from sandbox.world.turns import Turns

START = "2027-01-15T08:00:00Z"  # a Friday
WORLD = "SHARED"
UPDATES = load_document("supplier-updates")
_CHECKS = Checks(UPDATES)
SUPPLIER = load_document("supplier")
CONTACT = {"name": "Morgan Ellery", "phoneNumber": "01632 960123"}
SPECIFICATIONS = {"ALDER": ("FTTP", "500/100"), "BIRCH": ("ftthl2r", "1G1G"), "CEDAR": ("FTTB", "2")}

Json = Any


@dataclass
class Gateway:
    """A gateway that hears KCIs. `answer` gives the status to send back."""

    heard: list[Json] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    answer: Callable[[Json], int] = lambda _kci: 204

    def __call__(self, environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        raw = environ["wsgi.input"].read()
        kci = json.loads(raw)
        wrong = _CHECKS.body(UPDATES.operations["handleOrderUpdate"], kci)
        assert wrong == [], (kci, [str(each) for each in wrong])
        self.heard.append(kci)
        self.raw.append(raw)
        start(f"{self.answer(kci)} Heard", [])
        return []


def thing(kci: Json) -> Json:
    """What a KCI is about, as it stands in it."""
    return next(kci[name] for name in PROPERTIES if name in kci)


@dataclass
class Fakes:
    """The suppliers' app in a world whose clock moves only by `play` and `advance`."""

    parts: Parts
    gateway: Gateway
    conductor: Conductor
    clock: ManualClock
    numbers: dict[str, int] = field(default_factory=dict)

    def number(self, kind: str = "order") -> int:
        """The gateway's next number."""
        self.numbers[kind] = self.numbers.get(kind, 1000) + 1
        return self.numbers[kind]

    def call(
        self, operation: str, code: str, body: Json = None, tenant: str = "TENANT3", **more: Any
    ) -> tuple[int, Json]:
        """(status, body) of the supplier's answer."""
        known = SUPPLIER.operations[operation]
        headers = {
            "Authorization": f"Bearer {self.parts.tokens.own(Caller('gateway', '', WORLD))}",
            "Content-Type": "application/json",
            "X-Request-ID": "r",
            "X-Conversation-ID": "c",
            "Tenant": tenant,
        }
        headers |= {name: value for name, value in more.get("headers", {}).items() if value is not None}
        query = {
            name: orjson.dumps(value).decode() if isinstance(value, dict) else value
            for name, value in more.get("query", {}).items()
        }
        path = known.path.replace("{id}", str(more.get("id", "")))
        url = f"{SCHEME}://suppliers/{code}{path}"
        content = None if body is None else orjson.dumps(body)
        reply = self.parts.courier.send(Parcel(known.method, url, headers, content, query=query))
        return reply.status, orjson.loads(reply.body) if reply.body else None

    def play(self, steps: int | None = None) -> list[Json]:
        """Play until nothing waits, or so many things; the KCIs that were heard."""
        before = len(self.gateway.heard)
        if steps is None:
            self.conductor.drain(WORLD)
        for _ in range(steps or 0):
            self.conductor.step(WORLD)
        return self.gateway.heard[before:]

    def reasons(self, steps: int | None = None) -> list[tuple[str, str]]:
        """(reason code, status) of what is heard meanwhile."""
        return [(kci["reasonCode"], thing(kci)["status"]) for kci in self.play(steps)]

    def premises(self, code: str, place: int = 0) -> Json:
        """The identifier of premises that this supplier serves."""
        every = [each for each in self.parts.library.premises.premises if code in each.suppliers]
        identifier = every[place].address["identifier"]
        return {"id": identifier["id"], "type": identifier["type"]}

    def reserve(self, code: str, address: Json, tenant: str = "TENANT3", slot: int = 0) -> int:
        """The number of a reservation."""
        supplier, number = self.parts.library.suppliers[code], self.number("reservation")
        specification = {"id": SPECIFICATIONS[code][0]}
        query = {"address": address, "serviceSpecification": specification, "appointmentPurpose": "PROVIDE"}
        status, listed = self.call("handleAppointmentAvailability", code, tenant=tenant, query=query)
        assert status == 200, (supplier.code, listed)
        window = listed["availableTimeslots"][slot]
        timeslot = {name: window[name] for name in ("timeslotStartDateTime", "timeslotEndDateTime")}
        body = {"id": number, "address": address, "serviceSpecification": specification, "timeslot": timeslot}
        status, answer = self.call("handleReserveAppointment", code, body, tenant)
        assert status == 201, answer
        return number

    def order_body(self, code: str, tenant: str = "TENANT3", address: Json = None, **more: Any) -> Json:
        """A correct order for a new line."""
        address = address or self.premises(code)
        specification, profile = SPECIFICATIONS[code]
        item = {
            "serviceSpecification": {"id": specification},
            "serviceCharacteristics": [{"name": "LINE_PROFILE", "value": profile}],
        }
        body = {"id": self.number(), "orderType": "NEW", "tenant": tenant, "address": address}
        body |= {"serviceOrderItem": item, "primaryContact": CONTACT}
        if code != "CEDAR" and more.get("orderType", "NEW") == "NEW":
            body["appointmentReservationId"] = self.reserve(code, address, tenant)
        return body | more

    def place(self, code: str, scenario: str | None = None, tenant: str = "TENANT3", **more: Any) -> Json:
        """A taken order: the body that was sent."""
        body = self.order_body(code, tenant, **more)
        status, answer = self.call("handleCreateOrder", code, body, tenant, headers={"X-Scenario": scenario})
        assert status in (201, 202), answer
        return body

    def service(self, code: str, tenant: str = "TENANT3", **more: Any) -> str:
        """The SERVICE_ID of a completed new line."""
        self.place(code, tenant=tenant, **more)
        last = self.play()[-1]
        assert last["reasonCode"] == "COMPLETED"
        return characteristics(thing(last))["SERVICE_ID"]


def characteristics(order: Json) -> dict[str, str]:
    """The characteristics of a provide order, by name."""
    return {each["name"]: each["value"] for each in order["serviceOrderItem"]["serviceCharacteristics"]}


@contextmanager
def open_fakes(folder: Path) -> Iterator[Fakes]:
    """The fakes on a file in this folder."""
    clock = ManualClock(to_ms(START))
    settings = Settings(database_url=f"sqlite:///{folder}/fakes.db", world_start=START, check_responses=True)
    store = Store(settings.database_url, clock.now)
    keys = load_keys("a key for tests", None)
    tokens = Tokens(store, keys, Buckets(clock.now), barred=frozenset())
    courier = Courier(clock.now, Egress(local=True))
    turns = Turns(1)
    recorder = Recorder(store, 0, turns)
    more: Any = (courier, None, None, None, Timetable(""), Buckets(clock.now), recorder, turns)
    parts = Parts(settings, clock, store, keys, tokens, load_library(), *more)
    app._found(parts)
    gateway = Gateway()
    door = Door(SUPPLIER, "/suppliers/{code}", api.handlers(parts))
    made = app._app(parts, "suppliers", door, fault="SUPPLIER_FAULT")
    parts.courier.apps |= {"gateway": gateway, "suppliers": app._under("/suppliers", made)}
    conductor = Conductor(store, clock, {"beat": partial(voice.speak, parts)}, 30_000, 60_000)
    try:
        yield Fakes(parts, gateway, conductor, clock)
    finally:
        store.close()
