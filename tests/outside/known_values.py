"""What a caller knows who has read the sandbox's lists. Schemathesis takes it in place of what it made up (a hook).

Without it most requests end at an unknown address, and little behind the first door is tried. Changed are requests that
are meant to be right, most of them, and there only what nobody could have known; what a link brought stays.
"""

import json
import zlib
from typing import Any

import schemathesis

ADDRESSES = [{"id": f"99900000{number:04}", "type": "UPRN"} for number in range(1, 9)]
LONGEST_QUERY = 20_000  # characters, each of which may take three in a URL
SELLS = {"ALDER": "FTTP", "BIRCH": "ftthl2r", "CEDAR": "FTTB"}


@schemathesis.hook
def filter_query(context: Any, query: Any) -> bool:
    """A URL of more than 64 KiB does not come to us: the server refuses it by itself, with a bare 414."""
    return len(json.dumps(query)) < LONGEST_QUERY


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Called with every request on its way out."""
    if case.meta is None or not case.meta.generation.mode.is_positive or case.meta.phase.name == "coverage":
        return
    chance = zlib.crc32(repr((case.query, case.body)).encode())
    if chance % 8 == 0:
        return
    if isinstance(case.body, dict):
        _fill_body(case.body, chance // 8)
    elif case.query:
        _fill_query(case.query, chance // 8)
    for name in ("X-Scenario", "X-Problem-Code"):
        if case.headers and name in case.headers and chance % 8 < 6:
            del case.headers[name]


def _fill_query(query: dict[str, Any], chance: int) -> None:
    if "address" in query:
        query["address"] = json.dumps(_known_address(json.loads(query["address"]), chance))
        query.pop("suppliers", None)
    if "supplier" in query and query["supplier"] not in SELLS:
        query["supplier"] = ("ALDER", "BIRCH")[chance % 2]
    if "serviceSpecification" in query:
        query["serviceSpecification"] = json.dumps({"id": SELLS[query.get("supplier", "ALDER")]})
        query.pop("appointmentFromDate", None)


def _fill_body(body: dict[str, Any], chance: int) -> None:
    if not isinstance(body.get("address"), dict):
        return
    body["address"] = _known_address(body["address"], chance)
    if "supplier" in body and body["supplier"] not in SELLS:
        body["supplier"] = "CEDAR" if "serviceOrderItem" in body else "ALDER"
        body.pop("appointmentReservationId", None)
    sold = {"id": SELLS[body.get("supplier", "ALDER")]}
    if "serviceOrderItem" in body:
        body["serviceOrderItem"] = {"serviceSpecification": sold}
        body["orderType"] = "NEW"
    elif "serviceSpecification" in body:
        body["serviceSpecification"] = sold


def _known_address(given: Any, chance: int) -> Any:
    return given if given in ADDRESSES else ADDRESSES[chance % len(ADDRESSES)]
