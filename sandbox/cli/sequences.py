"""A scenario's sequence, drawn: three lanes, and an arrow for every message."""

from collections.abc import Iterable, Iterator
from textwrap import wrap
from xml.sax.saxutils import escape

from sandbox.domain.scenarios import Scenario
from sandbox.domain.sequences import LANES, Message, Part, sequence

_WHEN, _GAP = 21, 28  # columns for the time, and between two lanes

_X, _STEP, _TOP, _ROW, _LINE = 190, 280, 116, 34, 15  # pixels
_WIDTH = _X + 2 * _STEP + 60


def as_text(scenario: Scenario) -> str:
    """The sequence in 80 columns."""
    parts = sequence(scenario)
    head = " " * _WHEN + "".join(lane.ljust(_GAP + 1) for lane in LANES)
    lines = [f"{scenario.name}: {scenario.title}", ""]
    for part in parts:
        lines += [f"{part.title}:", "", head.rstrip(), _lanes()]
        lines += [line for message in part.messages for line in _text_of(message)]
        lines += [_lanes(), ""]
    return "\n".join(line.rstrip() for line in lines)


def _text_of(message: Message) -> Iterator[str]:
    left, to_right = _between(message)
    told = [line for said in message.said for line in wrap(said, _GAP - 2, subsequent_indent="  ")]
    for number, said in enumerate(told):
        spaces = ["" for _ in LANES[1:]]
        spaces[left] = f" {said}"
        yield _lanes(message.when if number == 0 else "", spaces)
    spaces = ["" for _ in LANES[1:]]
    spaces[left] = "-" * (_GAP - 1) + ">" if to_right else "<" + "-" * (_GAP - 1)
    yield _lanes("", spaces)


def _lanes(when: str = "", between: Iterable[str] = ("", "")) -> str:
    return when[: _WHEN - 1].ljust(_WHEN) + "|" + "|".join(each[:_GAP].ljust(_GAP) for each in between) + "|"


def _between(message: Message) -> tuple[int, bool]:
    """(which space between two lanes, whether it goes to the right)."""
    source, target = LANES.index(message.source), LANES.index(message.target)
    return min(source, target), source < target


def as_svg(scenario: Scenario) -> str:
    """The sequence as an SVG document that stands alone."""
    y, drawn = _TOP, list[str]()
    for part in sequence(scenario):
        more, y = _svg_of(part, y)
        drawn += more
    lanes = [_lane(number, lane, y) for number, lane in enumerate(LANES)]
    title, height = escape(f"{scenario.name}: {scenario.title}"), y + 24
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
            f'height="{height}" role="img" font-family="system-ui, sans-serif" font-size="13">',
            f"<title>{title}</title>",
            f"<desc>{escape(scenario.description)}</desc>",
            '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
            'orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="#1c2530"/></marker></defs>',
            '<rect width="100%" height="100%" fill="#fff"/>',
            f'<text x="16" y="26" font-size="16" font-weight="600">{escape(scenario.name)}</text>',
            f'<text x="16" y="46">{escape(scenario.title)}</text>',
            *lanes,
            *drawn,
            "</svg>",
            "",
        ]
    )


def _lane(number: int, lane: str, bottom: int) -> str:
    x = _X + number * _STEP
    return (
        f'<text x="{x}" y="78" text-anchor="middle" font-weight="600">{lane}</text>'
        f'<line x1="{x}" y1="88" x2="{x}" y2="{bottom}" stroke="#9aa5b1"/>'
    )


def _svg_of(part: Part, y: int) -> tuple[list[str], int]:
    drawn = [
        f'<rect x="0" y="{y - 16}" width="{_WIDTH}" height="22" fill="#f1f4f7"/>'
        f'<text x="16" y="{y}" font-style="italic">{escape(part.title)}</text>'
    ]
    y += 8
    for message in part.messages:
        left, to_right = _between(message)
        y += _ROW + _LINE * (len(message.said) - 1)
        middle, ends = _X + left * _STEP + _STEP // 2, (_X + left * _STEP, _X + (left + 1) * _STEP)
        x1, x2 = ends if to_right else ends[::-1]
        for number, said in enumerate(reversed(message.said)):
            drawn.append(f'<text x="{middle}" y="{y - 5 - number * _LINE}" text-anchor="middle">{escape(said)}</text>')
        arrow = f'<line x1="{x1}" y1="{y}" x2="{x2}" y2="{y}" stroke="#1c2530" marker-end="url(#head)"/>'
        drawn.append(arrow)
        if message.when:
            drawn.append(f'<text x="16" y="{y}" fill="#52606d">{escape(message.when)}</text>')
    return drawn, y + 40
