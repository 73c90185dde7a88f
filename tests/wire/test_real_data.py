"""Data that may be somebody's is refused, wherever it stands, and is neither kept nor logged nor repeated."""

import json
import logging
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from werkzeug.test import TestResponse

from sandbox.settings import Settings, read_settings
from tests.support.personal import DUMMY, HARMLESS, REAL
from tests.support.sandboxes import Json, Tenant, in_process, open_sandbox
from tests.wire.asking import WITH_BODY, Asked, Asker, open_asker, sound, told

pytestmark = pytest.mark.xdist_group("real data")  # the last of them looks at what the others left

RULE = "that may be somebody's: use"
ALL_REAL = [text for texts in REAL.values() for text in texts]
ALL_DUMMY = [text for texts in DUMMY.values() for text in texts]
LOGGED: list[str] = []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("guarded")


@pytest.fixture(scope="module")
def asker(folder: Path) -> Iterator[Asker]:
    """One sandbox for all of this, every word of whose log is kept."""
    handler = logging.Handler()
    handler.emit = lambda record: LOGGED.append(logging.Formatter().format(record))  # type: ignore[method-assign]
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    with open_asker(folder) as opened:
        yield opened
    root.setLevel(before)
    root.removeHandler(handler)


def refused(answer: TestResponse, text: str) -> list[str]:
    """What a refusal says, once it has been seen not to repeat the text in any spelling."""
    assert answer.status_code == 422, answer.data
    for spelt in {text, unquote(text), json.dumps(text)[1:-1]}:
        assert spelt not in answer.get_data(as_text=True)
    messages = told(answer)
    assert any("somebody's" in message and ": use " in message for message in messages), messages
    return messages


def order(asker: Asker) -> Asked:
    return sound("tenant", "handleCreateOrder")


def kci(text: str) -> Asked:
    asked = sound("supplier-updates", "handleOrderUpdate")
    body = deepcopy(asked.body)
    body["supplierNotes"] = [{"note": f"Tell {text} of it", "type": "Engineer Note", "created": body["issuedOn"]}]
    return replace(asked, body=body)


# ---- places ----------------------------------------------------------------------------------------------------------


def placed(asker: Asker, text: str) -> Iterator[tuple[str, Asked]]:
    """(place, request) for all the places that a text of any kind may hide in."""
    asked = order(asker)
    yield "/notes", asked.with_member("notes", f"Please ask {text} first")
    yield "/hazards", asked.with_member("hazards", text)
    item = deepcopy(asked.body["serviceOrderItem"])
    item["serviceCharacteristics"] = [{"name": "LINE_PROFILE", "value": "500/100"}, {"name": "WHO", "value": text}]
    yield "/serviceOrderItem/serviceCharacteristics/1/value", asked.with_member("serviceOrderItem", item)
    yield "/primaryContact/name", asked.with_member("primaryContact", {"name": text, "phoneNumber": "01632 960123"})
    yield "/supplierNotes/0/note", kci(text)
    address = {"id": "999000000001", "type": text}
    available = sound("tenant", "handleAvailabilityCheck")
    yield "query parameter address/type", replace(available, query={"address": json.dumps(address)})
    found = sound("tenant", "handleAddressLookup")
    yield "query parameter streetName", replace(found, query={**found.query, "streetName": text})
    if text.isascii() and text == text.strip() and "\n" not in text:
        for name in ("X-Conversation-ID", "X-Request-ID"):
            yield f"header {name}", replace(asked, headers={**asked.headers, name: text})
        yield "header X-Scenario", replace(asked, headers={**asked.headers, "X-Scenario": f"ORDER_{text}"})
    event = sound("control", "sendSupplierEvent")
    yield "/supplierNotes/0/note", event.with_member("supplierNotes", [{"note": text, "type": "Engineer Note"}])
    yield "/clientId", sound("control", "setCallback").with_member("url", f"https://tenant.example/{quote(text)}")


@pytest.mark.parametrize("kind", REAL)
def test_it_is_refused_in_every_place(asker: Asker, kind: str) -> None:
    for text in REAL[kind]:
        for place, asked in placed(asker, text):
            messages = refused(asker.ask(asked), text)
            assert place == "/clientId" or any(message.startswith(f"{place}: ") for message in messages), messages


@pytest.mark.parametrize(("kind", "member"), [("phone", "phoneNumber"), ("email", "email")])
def test_it_is_refused_in_the_member_that_is_meant_for_it(asker: Asker, kind: str, member: str) -> None:
    asked = order(asker)
    for text in REAL[kind]:
        contact = {"name": "Robin Fenwick", member: text}
        messages = told(asker.ask(asked.with_member("secondaryContact", contact)))
        assert any(message.startswith(f"/secondaryContact/{member}: ") for message in messages), (text, messages)


def test_postcodes_are_refused_where_one_is_searched_or_quoted_for(asker: Asker) -> None:
    lookup = sound("tenant", "handleAddressLookup")
    for text in (*REAL["postcode"], "TW18"):
        refused(asker.ask(replace(lookup, query={"postalCode": text})), text)
        wanted = deepcopy(sound("tenant", "handleQuote"))
        wanted.body["quoteItems"][0]["sites"][1]["postcode"] = text
        messages = refused(asker.ask(wanted), text)
        assert any(message.startswith("/quoteItems/0/sites/1/postcode: ") for message in messages)


def test_a_name_of_a_member_or_of_a_parameter_may_hide_it_too(asker: Asker) -> None:
    for text in ALL_REAL:
        answer = asker.ask(order(asker).with_member(f"to {text}", 1))
        assert any(message.startswith("/(a name): ") for message in refused(answer, text))
        found = sound("tenant", "handleAddressLookup")
        refused(asker.ask(replace(found, query={**found.query, f"to {text}": "1"})), text)


def test_a_part_of_the_path_may_hide_it_too(asker: Asker) -> None:
    for text in ALL_REAL:
        if "/" not in text:
            asked = replace(sound("control", "removeSupplier"), path=f"/_sandbox/suppliers/{quote(text)}")
            assert any(message.startswith("path parameter code: ") for message in refused(asker.ask(asked), text))


def test_a_telephone_number_may_be_written_as_a_number(asker: Asker) -> None:
    asked = kci("nobody")
    answer = asker.ask(replace(asked, body={**asked.body, "aMemberFromTomorrow": [447911123456]}))
    assert any(message.startswith("/aMemberFromTomorrow/0: ") for message in refused(answer, "447911123456"))


def test_every_rule_that_is_broken_is_told_with_what_is_wrong_beside(asker: Asker) -> None:
    contact = {"name": "Robin", "phoneNumber": "01234 567890", "email": "john@smith.com"}
    asked = order(asker).with_member("primaryContact", contact).with_member("orderType", "NWE")
    messages = told(asker.ask(asked))
    assert [message.partition(":")[0] for message in messages].count("/orderType") == 1
    assert any("/primaryContact/phoneNumber: " in each and "01632 960123" in each for each in messages)
    assert any("/primaryContact/email: " in each and "john@smith.example" in each for each in messages)


def test_the_token_endpoints_say_it_in_their_own_words(asker: Asker) -> None:
    asked = sound("authentication", "getTenantAccessToken")
    answer = asker.ask(asked.with_member("client_id", "07911123456"), token="")
    assert answer.status_code == 400
    assert answer.get_json()["error"] == "invalid_request"
    assert "07911123456" not in answer.get_data(as_text=True)


# ---- every operation, as it comes ------------------------------------------------------------------------------------


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths to all texts in a JSON value."""
    if isinstance(value, str):
        yield path
    for step, child in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from leaves(child, (*path, step))


@pytest.mark.parametrize(("name", "operation"), WITH_BODY)
def test_no_text_of_any_operation_takes_it_in_or_gives_it_back(asker: Asker, name: str, operation: str) -> None:
    text = "jane.roe@gmail.com 07911123456"
    secret = {"client_secret", "password", "clientSecret", "certificate", "key", "authority"}
    asked = sound(name, operation)
    for path in leaves(asked.body):
        body: Any = deepcopy(asked.body) if path else text
        holder = body
        for step in path[:-1]:
            holder = holder[step]
        if path:
            holder[path[-1]] = text
        answer = asker.ask(replace(asked, body=body))
        assert answer.status_code in (400, 422) or path[-1] in secret, (path, answer.data)
        assert b"gmail" not in answer.data


# ---- what is dummy, or nothing at all --------------------------------------------------------------------------------


def test_dummies_and_what_is_neither_are_let_in_everywhere(asker: Asker) -> None:
    for text in (*ALL_DUMMY, *HARMLESS):
        for place, asked in placed(asker, text):
            answer = asker.ask(asked)
            said = answer.get_data(as_text=True)
            assert "somebody's" not in said, (place, text, said)


def test_an_unknown_address_is_not_a_matter_of_data(asker: Asker) -> None:
    asked = sound("tenant", "handleAvailabilityCheck")
    answer = asker.ask(replace(asked, query={"address": json.dumps({"id": "100000000001", "type": "UPRN"})}))
    assert answer.status_code == 200
    codes = {reason["code"] for each in answer.get_json() for reason in each["unavailabilityReasons"]}
    assert codes == {"ADDRESS_UNKNOWN"}


# ---- afterwards ------------------------------------------------------------------------------------------------------


def test_nothing_of_it_is_in_the_database_or_in_the_log(asker: Asker, folder: Path) -> None:
    """Runs after all of the above."""
    kept = b"".join(file.read_bytes() for file in sorted(folder.glob("sandbox.db*")))
    assert b"07700 900123" in kept  # it can be seen there
    log = "\n".join(LOGGED)
    for text in ALL_REAL:
        for spelt in {text, unquote(text), json.dumps(text)[1:-1]}:
            assert spelt.encode() not in kept, text
            assert spelt not in log, text
    for part in (b"gmail", b"7911123456", b"7911 123456", b"100000000001"):
        assert part not in kept
        assert part.decode() not in log


def test_nor_is_the_key_of_an_address_that_nobody_here_knows(tmp_path: Path) -> None:
    """It may be somebody's home. In the recording, which has the calls, another stands for it."""
    sandbox = open_sandbox(tmp_path)
    tenant = Tenant(in_process(sandbox)).sign_in()
    foreign = {"id": "100000000001", "type": "UPRN", "additionalIdentifiers": [{"id": "A12345678901", "type": "NAD"}]}
    available = tenant.get("/v1/service-availability", {"address": json.dumps(foreign)})
    assert available[0]["address"]["identifier"]["id"] == "100000000001"  # who asks is answered as ever
    assert tenant.get("/v1/addresses", {"uprn": "100000000001"}) == []
    order = {**tenant.order_body("CEDAR"), "address": foreign}
    assert tenant.call("POST", "/v1/service-orders", json=order)[0] == 422
    sandbox.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("sandbox.db*"))
    assert not [key for key in (b"100000000001", b"A12345678901") if key in kept]
    assert b'"address":{"id":"999999999999","type":"UPRN"' in kept


# ---- other modes -----------------------------------------------------------------------------------------------------


def body_of(tenant: Tenant) -> Json:
    contact = {"name": "Jane", "phoneNumber": "+44 7911 123456", "email": "jane.roe@gmail.com"}
    return {
        **tenant.order_body("CEDAR"),
        "primaryContact": contact,
        "notes": "The key is at SW1A 1AA, ask 0121 234 5678.",
    }


def test_a_deployment_may_have_it_redacted(tmp_path: Path) -> None:
    sandbox = open_sandbox(tmp_path, real_data="redact")
    tenant = Tenant(in_process(sandbox), conversation="for 07911 123456").sign_in()
    placed = tenant.post("/v1/service-orders", body_of(tenant))
    assert placed["primaryContact"]["phoneNumber"] == "07700 900123"
    assert placed["primaryContact"]["email"] == "morgan.ellery@home.example"
    assert placed["notes"] == "The key is at ZZ1 1CC, ask 07700 900123."
    tenant.drain()
    assert tenant.order(placed["id"])["status"] == "COMPLETED"
    sandbox.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("sandbox.db*"))
    assert b"for 07700 900123" in kept
    assert not [part for part in (b"7911 123456", b"gmail", b"SW1A", b"0121 234") if part in kept]


def test_a_deployment_may_allow_it(tmp_path: Path) -> None:
    sandbox = open_sandbox(tmp_path, real_data="allow")
    tenant = Tenant(in_process(sandbox)).sign_in()
    body = body_of(tenant)
    placed = tenant.post("/v1/service-orders", body)
    assert {name: placed[name] for name in ("primaryContact", "notes")} == {
        name: body[name] for name in ("primaryContact", "notes")
    }
    sandbox.close()


def test_the_setting_is_judged() -> None:
    assert Settings().real_data == "refuse"
    assert read_settings({"SANDBOX_REAL_DATA": "redact"}).real_data == "redact"
    with pytest.raises(ValueError, match="SANDBOX_REAL_DATA='no': send one of refuse, redact, allow"):
        read_settings({"SANDBOX_REAL_DATA": "no"})
