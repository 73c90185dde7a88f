"""What an amendment changes on a fake's version of an order or a problem: only what is sent, arrays whole."""

from collections.abc import Mapping
from typing import Any

from sandbox.domain.errors import invalid
from sandbox.domain.mapping import property_of
from sandbox.domain.rejections import CONDITIONS
from sandbox.domain.suppliers import Supplier
from sandbox.parts import Parts
from sandbox.store.store import Tx
from sandbox.store.supplier_entities import SupplierEntity
from sandbox.suppliers import booking, ethernet, lines
from sandbox.suppliers.premises import check_profile
from sandbox.suppliers.providing import case_of
from sandbox.suppliers.versions import applied, waited

_CONTACTS = ("primaryContact", "secondaryContact")
_TEXTS = ("hazards", "onSiteRestrictions", "notes")
_VISIT = ("appointmentReservationId", "requestedCompletionDate", "engineerTasks")
_CHANGEABLE: Mapping[str, tuple[str, ...]] = {
    "provideServiceOrder": ("serviceCharacteristics", *_CONTACTS, *_VISIT, *_TEXTS),
    "modifyServiceOrder": ("serviceCharacteristics", *_CONTACTS, *_VISIT, *_TEXTS),
    "ceaseServiceOrder": ("requestedCompletionDate",),
    "ethernetServiceOrder": ("siteInformation", "requestedCompletionDate", *_CONTACTS, *_TEXTS),
    "serviceProblem": ("problemText", "characteristics", "appointmentReservationId", *_CONTACTS, *_TEXTS),
}
_EVERY = frozenset(name for names in _CHANGEABLE.values() for name in names)

_NOWHERE = {"type": "", "id": ""}

# What an order or a problem cannot be without.
_NEEDED = ("primaryContact", "problemText", "characteristics", "serviceCharacteristics", "requestedCompletionDate")


def changes(
    parts: Parts, tx: Tx, supplier: Supplier, entity: SupplierEntity, request: Mapping[str, Any]
) -> dict[str, Any]:
    """What the amendment changes, in the supplier's words; None removes. Its new slot is held from now on.

    Raises INVALID_REQUEST when it changes nothing, changes what this kind of thing does not have, or would lose what
    cannot be missed.
    """
    thing = property_of(entity.kind, entity.body)
    sent = {name: value for name, value in request.items() if name in _EVERY}
    if not sent:
        raise invalid(f"the amendment changes nothing: send one of {', '.join(_CHANGEABLE[thing])}")
    wrong = [f"/{name}: a {thing} has none to change" for name in sent if name not in _CHANGEABLE[thing]]
    wrong += [f"/{name}: it cannot be removed: send what replaces it" for name in _NEEDED if _empty(sent.get(name, 0))]
    if wrong:
        raise invalid(*wrong)
    _check_service(parts, tx, supplier, entity, sent)
    _check_answer(parts, tx, supplier, entity, sent)
    number = sent.get("appointmentReservationId")
    if number is not None:
        held = entity.body.get("appointmentReservationId")
        sent |= booking.claim(tx, supplier, _area(parts, tx, supplier, entity), entity.tenant, number, held)
    return {name: None if _empty(value) else value for name, value in sent.items()}


def _empty(value: Any) -> bool:
    return value in ("", [], {})


def _check_answer(parts: Parts, tx: Tx, supplier: Supplier, entity: SupplierEntity, sent: Mapping[str, Any]) -> None:
    """A supplier that gave the appointment up waits for another (REAPPOINT), and one that cannot take the order as it
    is, for what its rule is about.
    """
    asked_for_slot = entity.memo.get("question") == "REAPPOINT" and waited(entity)
    if asked_for_slot and "appointmentReservationId" not in sent:
        raise invalid("/appointmentReservationId: the appointment was given up: reserve another and send its id")
    rule, premises = entity.memo.get("rule"), parts.library.premises.find(entity.body.get("address", _NOWHERE))
    if rule is None or premises is None or not waited(entity):
        return
    amended = {**applied(entity.body, sent), "tenant": entity.tenant}
    if CONDITIONS[rule["when"]](case_of(tx, supplier, premises, amended)):
        raise invalid(f"/serviceCharacteristics: {rule['text']}")


def _check_service(parts: Parts, tx: Tx, supplier: Supplier, entity: SupplierEntity, sent: Mapping[str, Any]) -> None:
    if "siteInformation" in sent:
        wrong = list(ethernet.wrong_sites(parts, supplier, sent["siteInformation"], "/siteInformation"))
        if wrong:
            raise invalid(*wrong)
    if "serviceCharacteristics" not in sent:
        return
    item = entity.body.get("serviceOrderItem")
    if item is None:
        line = lines.live_line(tx, supplier, entity.tenant, entity.body["serviceId"])
        item = {"serviceSpecification": {"id": line.specification}}
    check_profile(supplier, {**item, "serviceCharacteristics": sent["serviceCharacteristics"]})


def _area(parts: Parts, tx: Tx, supplier: Supplier, entity: SupplierEntity) -> str:
    """Whose engineers' diary the thing is in."""
    if "address" in entity.body:
        premises = parts.library.premises.find(entity.body["address"])
    else:
        line = lines.live_line(tx, supplier, entity.tenant, entity.body["serviceId"])
        premises = parts.library.premises.by_key(line.premises)
    return "" if premises is None else premises.area
