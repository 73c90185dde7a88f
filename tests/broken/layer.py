"""A thin layer over a correct system, which makes it wrong in one way: on what is asked, answered, or told."""

import io
import json
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

Json = Any


@dataclass
class Call:
    """What was asked; a layer may change it before the system sees it. `repeats`: how often this body came before."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes
    repeats: int = 0

    @property
    def body(self) -> Any:
        """The JSON body, an empty object where there is none."""
        try:
            found = json.loads(self.raw)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass
class Said:
    """What is answered; a layer may change it."""

    status: int
    body: Json
    content_type: str = "application/json"


Ask = Callable[[Call], None]
Answer = Callable[[Call, Said], None]
Tell = Callable[[Json], Iterable[Json] | None]


@dataclass(frozen=True)
class Break:
    """One way of being wrong. `trips`: other requirements that it breaks too, each with the reason why it must.

    `tell` makes the function for one run: it gets each KCI, and changes it or gives those to send instead.
    """

    requirement: str
    how: str
    ask: Ask | None = None
    answer: Answer | None = None
    tell: Callable[[], Tell] | None = None
    trips: Mapping[str, str] = field(default_factory=dict)
    profile: Mapping[str, Any] = field(default_factory=dict)


def layered(app: Callable[..., Iterable[bytes]], broken: Break) -> Callable[..., Iterable[bytes]]:
    """The application with the break over it."""
    seen: dict[tuple[str, bytes], int] = {}

    def wrong(environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        call = _call(environ)
        key = (call.path, call.raw)
        call.repeats = seen[key] = seen.get(key, -1) + 1
        if broken.ask is not None:
            broken.ask(call)
        told: list[str] = []
        raw = b"".join(app(_environ(environ, call), lambda status, *_more: told.append(status)))
        said = Said(int(told[0].split()[0]), json.loads(raw) if raw else None)
        if broken.answer is not None:
            broken.answer(call, said)
        sent = b"" if said.body is None else json.dumps(said.body).encode()
        start(f"{said.status} Said", [("Content-Type", said.content_type)] if sent else [])
        return [sent]

    return wrong


def telling(post: Callable[[dict[str, str], bytes], int], broken: Break) -> Callable[[dict[str, str], bytes], int]:
    """What posts KCIs with the break over it."""
    if broken.tell is None:
        return post
    tell = broken.tell()

    def wrong(headers: dict[str, str], raw: bytes) -> int:
        kci = deepcopy(json.loads(raw))
        instead = tell(kci)
        status = 204
        for number, each in enumerate([kci] if instead is None else list(instead)):
            named = headers | ({"X-Request-ID": f"{headers['X-Request-ID']}-{number}"} if number else {})
            status = post(named, json.dumps(each).encode())
        return status

    return wrong


def _call(environ: Mapping[str, Any]) -> Call:
    raw = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name[:5] == "HTTP_"}
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    return Call(environ["REQUEST_METHOD"], environ["PATH_INFO"], query, headers, raw)


def _environ(environ: Mapping[str, Any], call: Call) -> dict[str, Any]:
    headers = {"HTTP_" + name.upper().replace("-", "_"): value for name, value in call.headers.items()}
    kept = {name: value for name, value in environ.items() if name[:5] != "HTTP_"}
    content = {"wsgi.input": io.BytesIO(call.raw), "CONTENT_LENGTH": str(len(call.raw))}
    return {**kept, **headers, **content, "PATH_INFO": call.path, "QUERY_STRING": urlencode(call.query)}


# ---- ways of being wrong, to be put together in tables --------------------------------------------------------------
Test = Callable[[Call], bool]


def always(_call: Call) -> bool:
    return True


def adds_header(name: str, value: str = "anything") -> Ask:
    """Does not mind a missing header."""

    def ask(call: Call) -> None:
        call.headers.setdefault(name.lower(), value)

    return ask


def replies(path: str, status: int, body: Json = None, when: Test = always) -> Answer:
    """Answers something else than it should."""

    def answer(call: Call, said: Said) -> None:
        if call.path == path and when(call):
            said.status, said.body = status, deepcopy(body)

    return answer


def changes(path: str, change: Callable[[Json], None], when: Test = always) -> Answer:
    """Changes the body of a success."""

    def answer(call: Call, said: Said) -> None:
        if call.path == path and said.status < 300 and said.body is not None and when(call):
            change(said.body)

    return answer


def lacks(*names: str) -> Callable[[Json], None]:
    """Leaves members out."""

    def change(body: Json) -> None:
        for name in names:
            body.pop(name, None)

    return change


def has(**members: Any) -> Callable[[Json], None]:
    """Has other members."""
    return lambda body: body.update(deepcopy(members))


def refusals(change: Callable[[Json], None]) -> Answer:
    """Changes the body of every refusal."""

    def answer(_call: Call, said: Said) -> None:
        if 400 <= said.status < 500 and said.body is not None:
            change(said.body)

    return answer
