"""Why a supplier does not take an order as it is: rules in its file, each with its problem code and its words."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sandbox.domain.chapters import OPENING, Beat, Chapter
from sandbox.domain.durations import to_date, to_ms
from sandbox.domain.premises import Premises
from sandbox.domain.scenarios import Scenario
from sandbox.domain.slots import local_date, working_day_after
from sandbox.domain.suppliers import Rule, Supplier

COARSE = {"code": "OTHER", "text": "Not available."}  # all that some suppliers ever say
LATER = 202
_DELIBERATES = 300_000  # milliseconds, at the realistic tempo

BAND = "ECC_CHARGEBAND"
KEY = "NAD"


@dataclass(frozen=True)
class Case:
    """An order to provide as a supplier judges it: at these premises, at this moment.

    `duplicate` says whether another order is under way there, `slot_gone` whether its reservation cannot be used.
    """

    supplier: Supplier
    premises: Premises
    order: Mapping[str, Any]
    now: int
    duplicate: Callable[[], bool]
    slot_gone: Callable[[], bool]

    @property
    def told(self) -> Mapping[str, str]:
        """The order's service characteristics, by name."""
        item = self.order["serviceOrderItem"]
        return {each["name"]: each["value"] for each in item.get("serviceCharacteristics", ())}


def broken(rules: Iterable[Rule], case: Case) -> Rule | None:
    """The first of the rules that the order breaks."""
    return next((rule for rule in rules if CONDITIONS[rule.when](case)), None)


def rejection(rule: Rule, supplier: Supplier) -> Scenario:
    """The story of an order that breaks this rule."""
    code, text = (COARSE["code"], COARSE["text"]) if supplier.coarse else (rule.problem_code, rule.text)
    beat = Beat(
        at_ms=_DELIBERATES,
        days=None,
        base=OPENING,
        kci="ORDER_REJECTED",
        status=None,
        problem_code=code,
        text=text,
        order_types=(),
        sets={},
        wrong=False,
    )
    chapter = Chapter("order", LATER, None, stops=False, beats=(beat,))
    return Scenario(rule.when, "order", rule.when, text, False, False, {}, {"order": chapter})


def _profile_not_offered(case: Case) -> bool:
    wanted = case.order["serviceOrderItem"]["serviceSpecification"]["id"]
    offered = {each.id: each.line_profiles for each in case.supplier.specifications}
    return "LINE_PROFILE" in case.told and case.told["LINE_PROFILE"] not in offered.get(wanted, ())


def _too_soon(case: Case) -> bool:
    asked = case.order.get("requestedCompletionDate")
    return asked is not None and _day(asked) < working_day_after(case.now, case.supplier.lead_time)


def _day(text: str) -> date:
    return local_date(to_ms(text)) if "T" in text else to_date(text)


def _band_too_low(case: Case) -> bool:
    band = case.told.get(BAND, "0")  # published: the default is the lowest band
    return not (band.isascii() and band.isdecimal() and int(band) >= case.premises.behaviour.ecc_band)


def _address_unknown(case: Case) -> bool:
    behaviour = case.premises.behaviour
    return behaviour.qualifier is None and case.told.get(KEY) != behaviour.gold_key


# What a rule may be about, by the word of `when` in a supplier's file.
CONDITIONS: Mapping[str, Callable[[Case], bool]] = {
    "ADDRESS_UNKNOWN": _address_unknown,
    "ADDRESS_NOT_GOLD": lambda case: case.premises.behaviour.qualifier == "Silver",
    "OTHER_GOLD_KEY": lambda case: not case.premises.behaviour.right_key,
    "NO_CAPACITY": lambda case: case.premises.behaviour.unavailable is not None,
    "ECC_BAND_TOO_LOW": _band_too_low,
    "LINE_PROFILE_NOT_OFFERED": _profile_not_offered,
    "LEAD_TIME_TOO_SHORT": _too_soon,
    "DUPLICATE_ORDER": lambda case: case.duplicate(),
    "SLOT_GONE": lambda case: case.slot_gone(),
}
