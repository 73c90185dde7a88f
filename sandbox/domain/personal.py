"""Personal data in text: telephone numbers, e-mail addresses and postcodes that are not provably dummy.

A text that is meant to be one of these must be dummy as a whole. In any other text only what has the form of one is
looked for, in the many ways in which people write it. Names of people are not judged.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from sandbox.domain.dummydata import is_dummy_domain, is_dummy_phone, is_dummy_postcode

# What a text is meant to be: anything, or one of these. Of "none" nothing is judged.
TEXT, PHONE, EMAIL, POSTCODE, NONE = "text", "phone", "email", "postcode", "none"
KINDS = (PHONE, EMAIL, POSTCODE, NONE)


@dataclass(frozen=True)
class Rule:
    """What may be somebody's, and a dummy that may stand in its place. `told` never repeats what broke the rule."""

    told: str
    dummy: str


RULES: Mapping[str, Rule] = {
    PHONE: Rule(
        "holds a telephone number that may be somebody's: use one that Ofcom keeps for drama, such as 07700 900123",
        "07700 900123",
    ),
    EMAIL: Rule(
        "holds an e-mail address that may be somebody's: use a reserved domain, such as morgan.ellery@home.example",
        "morgan.ellery@home.example",
    ),
    POSTCODE: Rule(
        "holds a postcode that may be somebody's: use one that cannot exist, such as ZZ1 1CC, or ZY1 1AA where its "
        "format is checked",
        "ZZ1 1CC",
    ),
}
# What published examples have, which is somebody's all the same.
SAMPLES: Mapping[str, Rule] = {
    "01234567890": Rule(
        "holds the telephone number of the published examples, which may be somebody's: use 01632 960123 instead",
        "01632 960123",
    ),
    **dict.fromkeys(
        ("smith.com", "bloggs.com", "test.com"),
        Rule(
            "holds an e-mail address of the published examples, in somebody's domain: use john@smith.example instead",
            "john@smith.example",
        ),
    ),
}
SPARE_DIGITS = 4  # beside a telephone number: of an extension, say

_SUSPECT = re.compile(r"[0-9@%]|[^\x00-\x7f]")
_LAYERS = 3  # of %40 for @, one upon the other
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

_GAP = r"[\s().+/-]{0,3}"
# Before the first character, which is matched already: no letter, and no number that this one goes on.
_BEFORE = (
    r"(?i:(?<![^\W_].)(?<![0-9][.-].)|(?<=tel.)|(?<=phone.)|(?<=mob.)|(?<=mobile.)|(?<=call.)|(?<=ring.)|(?<=fax.))"
)
_AFTER = r"(?![0-9])(?!(?!(?i:x|ext))[^\W_])"
# Areas in which some numbers have nine digits after the 0, not ten.
_SHORT_AREAS = (
    "1204 1208 1254 1276 1297 1298 1363 1364 1384 1386 1404 1420 1460 1461 1480 1488 1524 1527 1562 1566 1606 1629 "
    "1635 1647 1659 1695 1697 1726 1744 1750 1768 1827 1837 1884 1900 1905 1935 1946 1949 1963 1995"
)
_SHORT = "|".join(_GAP.join(area) for area in _SHORT_AREAS.split())
_NUMBER = re.compile(
    rf"[+04](?=(?:{_GAP}[0-9]){{9}}){_BEFORE}(?:"
    rf"(?:(?<=\+)|(?<=0){_GAP}0){_GAP}4{_GAP}4{_GAP}(?:0{_GAP})?[1-9](?:{_GAP}[0-9]){{8,9}}"
    rf"|(?:(?<=0)|(?<=4)4{_GAP}(?:0{_GAP})?){_GAP}[1-35789](?:{_GAP}[0-9]){{9}}"
    rf"|(?<=0){_GAP}(?:{_SHORT})(?:{_GAP}[0-9]){{5}}){_AFTER}"
)
_DOMAIN = re.compile(r"\s?@\s?((?:[\w-]+\.)+(?:xn--[\w-]+|[^\W\d_]{2,})|\[[0-9A-Za-z.:]+\])")
_LOCAL = re.compile(r"(?:\"[^\"]{1,64}\"|[^\s@<>()\[\],;:/\"']{1,64})\Z")
_AREAS = (
    "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX "
    "FK FY G GL GU GX GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG "
    "NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW "
    "UB W WA WC WD WF WN WR WS WV YO ZE"
)
_DISTRICT = rf"(?:{'|'.join(_AREAS.split())})[0-9]{{1,2}}|(?:SW1|W1|EC[1-4]|WC[12])[A-Z]|E1W|N1[CPR]|NW1W|SE1P"
# Behind a house or a level, "1st" and "4hr" are no ends of postcodes.
_POSTCODE = re.compile(
    rf"(?<![^\W_])(?:(?:{_DISTRICT})[\s-]{{0,2}}(?!(?-i:[0-9](?:st|nd|rd|th|hr|gb)))"
    r"[0-9](?-i:[ABD-HJLNP-UW-Z]{2}|[abd-hjlnp-uw-z]{2})|GIR\s?0AA)(?![^\W_])",
    re.IGNORECASE,
)
_NEARLY_POSTCODE = re.compile(r"[0-9][A-Za-z]{2}(?![0-9A-Za-z])")  # most texts are not, and are done with sooner so


@dataclass(frozen=True)
class _Span:
    """Where in a text a rule is broken."""

    start: int
    end: int
    rule: Rule


def judge(text: str, kind: str = TEXT) -> list[Rule]:
    """Which rules the text breaks."""
    if kind == NONE or not _SUSPECT.search(text) or (kind == PHONE and is_dummy_phone(text.replace(" ", ""))):
        return []
    plain = _plain(text)
    if kind == TEXT and not _has_a_form(plain):
        return []
    return list(dict.fromkeys(span.rule for span in _broken(plain, kind)))


def redacted(text: str, kind: str = TEXT) -> str:
    """The text, with a dummy in the place of everything that breaks a rule."""
    plain = _plain(text)
    spans = [] if kind == NONE else _broken(plain, kind)
    for span in sorted(spans, key=lambda each: each.start, reverse=True):
        plain = plain[: span.start] + span.rule.dummy + plain[span.end :]
    return plain if spans else text


def _has_a_form(plain: str) -> bool:
    """Whether there is anything to look at more closely: of most texts this is all that is asked."""
    if "@" in plain or _NUMBER.search(plain):
        return True
    return bool(_NEARLY_POSTCODE.search(plain) and _POSTCODE.search(plain))


def _broken(plain: str, kind: str) -> list[_Span]:
    meant = _MEANT[kind](plain) if kind in _MEANT else None
    if meant is not None:
        return [_Span(0, len(plain), meant)]
    spans: list[_Span] = []
    for span in (*_emails(plain), *_numbers(plain), *_postcodes(plain)):
        if all(span.end <= other.start or other.end <= span.start for other in spans):
            spans.append(span)
    return spans


# ---- as a reader sees it ---------------------------------------------------------------------------------------------

_SEEN_AS = {"Pd": "-", "Zs": " ", "Zl": " ", "Zp": " ", "Cf": ""}


def _plain(text: str) -> str:
    """The text in ASCII, as far as that looks the same: digits, dashes and blanks of whichever kind, and without what
    nobody sees.
    """
    for _ in range(_LAYERS if "%" in text else 0):
        text = unquote(text)
    return text if text.isascii() else "".join(map(_seen, unicodedata.normalize("NFKC", text)))


def _seen(character: str) -> str:
    if character.isascii():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return "." if character == "\u3002" else _SEEN_AS.get(unicodedata.category(character), character)


# ---- what has the form of something personal -------------------------------------------------------------------------


def _numbers(plain: str) -> Iterator[_Span]:
    for found in _NUMBER.finditer(plain):
        rule = _number_rule(_national(found.group()))
        if rule is not None and not _in_uuid(plain, found.start()):
            yield _Span(found.start(), found.end(), rule)


def _number_rule(national: str) -> Rule | None:
    return None if is_dummy_phone(national) else SAMPLES.get(national, RULES[PHONE])


def _national(written: str) -> str:
    """+44 (0)7700 900123 as 07700900123."""
    digits = _digits(written)
    for prefix in ("0044", "44"):
        if digits.startswith(prefix):
            return "0" + digits.removeprefix(prefix).removeprefix("0")
    return digits


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _in_uuid(plain: str, place: int) -> bool:
    return any(found.start() <= place < found.end() for found in _UUID.finditer(plain))


def _emails(plain: str) -> Iterator[_Span]:
    for found in _DOMAIN.finditer(plain) if "@" in plain else ():
        local = _LOCAL.search(plain, max(0, found.start() - 66), found.start())
        rule = _domain_rule(found.group(1))
        if local is not None and rule is not None:
            yield _Span(local.start(), found.end(), rule)


def _domain_rule(domain: str) -> Rule | None:
    return None if is_dummy_domain(domain) else SAMPLES.get(domain.lower(), RULES[EMAIL])


def _postcodes(plain: str) -> Iterator[_Span]:
    for found in _POSTCODE.finditer(plain) if _NEARLY_POSTCODE.search(plain) else ():
        yield _Span(found.start(), found.end(), RULES[POSTCODE])


# ---- what is meant to be something personal --------------------------------------------------------------------------


def _meant_as_number(plain: str) -> Rule | None:
    """Without its dummy numbers, a text that is meant to be one has hardly a digit left."""
    if is_dummy_phone("0" + _digits(plain)):  # a spreadsheet has eaten the 0
        return None
    left = _NUMBER.sub(lambda found: "" if is_dummy_phone(_national(found.group())) else found.group(), plain)
    return _number_rule(_national(left)) if len(_digits(left)) > SPARE_DIGITS else None


def _meant_as_email(plain: str) -> Rule | None:
    _, at, domain = plain.strip(" <>").rpartition("@")
    return _domain_rule(domain.strip()) if at else None


def _meant_as_postcode(plain: str) -> Rule | None:
    return RULES[POSTCODE] if _digits(plain) and not is_dummy_postcode(plain.replace("-", "")) else None


_MEANT: Mapping[str, Callable[[str], Rule | None]] = {
    PHONE: _meant_as_number,
    EMAIL: _meant_as_email,
    POSTCODE: _meant_as_postcode,
}
