"""The OpenAPI documents are valid, keep to the published status tables, explain themselves and type nothing twice."""

from collections import Counter

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.contracts.reading import COMMON, NAMES, bundled, examples, nodes, operations, resolved, source, violations

# Published statuses per operation. The sandbox may add its extensions, but nothing else.
_LOOKED_UP_AT_ONE_SUPPLIER = {400, 401, 403, 422, 500, 501, 502, 503, 504}  # 501 by the general table
_STORED_OR_FANNED_OUT = {400, 401, 403, 422, 500, 503}
PUBLISHED: dict[tuple[str, str], set[int]] = {
    ("authentication", "getTenantAccessToken"): {200, 400, 503},
    ("authentication", "getSupplierAccessToken"): {200, 400, 503},
    ("tenant", "handleAvailabilityCheck"): {200} | _STORED_OR_FANNED_OUT,
    ("tenant", "handleAppointmentAvailability"): {200} | _LOOKED_UP_AT_ONE_SUPPLIER,
    ("tenant", "handleReserveAppointment"): {201} | _LOOKED_UP_AT_ONE_SUPPLIER,
    ("tenant", "handleCreateOrder"): {201} | _STORED_OR_FANNED_OUT,
    ("tenant", "handleGetOrder"): {200, 400, 401, 403, 404, 422, 500, 502, 503},
    ("supplier", "handleAvailabilityCheck"): {200} | _STORED_OR_FANNED_OUT,
    ("supplier", "handleAppointmentAvailability"): {200} | _STORED_OR_FANNED_OUT,
    ("supplier", "handleReserveAppointment"): {201} | _STORED_OR_FANNED_OUT,
    ("supplier", "handleCreateOrder"): {201, 202} | _STORED_OR_FANNED_OUT,
    ("tenant-updates", "handleKci"): {204} | _STORED_OR_FANNED_OUT,
    ("supplier-updates", "handleOrderUpdate"): {204} | _STORED_OR_FANNED_OUT,
}
EXTENSIONS = {405, 413, 415, 429}


def test_the_six_documents_are_there() -> None:
    assert NAMES == ["authentication", "control", "supplier", "supplier-updates", "tenant", "tenant-updates"]


@pytest.mark.parametrize("name", [*NAMES, COMMON])
def test_document_is_valid_openapi(name: str) -> None:
    document = source(COMMON) if name == COMMON else bundled(name)
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()


@pytest.mark.parametrize("name", NAMES)
def test_every_schema_compiles(name: str) -> None:
    for key, schema in bundled(name)["components"].get("schemas", {}).items():
        assert isinstance(violations(name, schema, None), list), key


@pytest.mark.parametrize("name", NAMES)
def test_every_example_fits_its_schema(name: str) -> None:
    found = list(examples(name))
    assert found
    wrong = {where: broken for where, schema, value in found if (broken := violations(name, schema, value))}
    assert wrong == {}


@pytest.mark.parametrize("name", NAMES)
def test_json_bodies_have_named_examples(name: str) -> None:
    document = bundled(name)
    for path, method, operation in operations(name):
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        bodies += [
            resolved(document, answer) for code, answer in operation["responses"].items() if code.startswith("2")
        ]
        for body in bodies:
            for media, content in body.get("content", {}).items():
                assert content.get("examples"), f"{method} {path} {media}"


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_says_what_it_does(name: str) -> None:
    tags = {tag["name"] for tag in source(name)["tags"]}
    for path, method, operation in operations(name):
        assert operation["summary"], f"{method} {path}"
        assert operation["description"], f"{method} {path}"
        assert len(tags & set(operation["tags"])) == 1, f"{method} {path}"


@pytest.mark.parametrize("name", NAMES)
def test_operation_ids_are_unique(name: str) -> None:
    counted = Counter(operation["operationId"] for _, _, operation in operations(name))
    assert {key: times for key, times in counted.items() if times > 1} == {}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "control"])
def test_statuses_are_the_published_ones_and_the_extensions(name: str) -> None:
    for _, _, operation in operations(name):
        statuses = {int(code) for code in operation["responses"]}
        published = PUBLISHED[name, operation["operationId"]]
        assert published - statuses == set(), f"{operation['operationId']} leaves out"
        assert statuses - published <= EXTENSIONS, f"{operation['operationId']} adds"


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_documents_success_and_limits(name: str) -> None:
    for _, _, operation in operations(name):
        statuses = set(operation["responses"])
        assert any(code.startswith("2") for code in statuses), operation["operationId"]
        assert {"405", "429", "503"} <= statuses, operation["operationId"]
        if "requestBody" in operation:
            assert {"413", "415"} <= statuses, operation["operationId"]


@pytest.mark.parametrize("name", NAMES)
def test_errors_carry_the_error_body(name: str) -> None:
    document = bundled(name)
    body = {"uuid": "4f9f3f2e-6f3b-4c53-9a36-0d0b5a5a1c00", "code": "INVALID_REQUEST", "messages": ["Wrong."]}
    for _, _, operation in operations(name):
        for code, response in operation["responses"].items():
            if code < "400" or (name, code) == ("authentication", "400"):
                continue
            where = f"{operation['operationId']} {code}"
            answer = resolved(document, response)
            schema = answer["content"]["application/json"]["schema"]
            assert violations(name, schema, body) == [], where
            assert violations(name, schema, {**body, "code": "SOMETHING_ELSE"}), where
            assert violations(name, schema, {"uuid": body["uuid"], "code": "INVALID_REQUEST"}), where
            if code in {"429", "503"}:
                assert resolved(document, answer["headers"]["Retry-After"])["required"], where


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_operations_of_the_document(name: str) -> None:
    known = {operation["operationId"] for _, _, operation in operations(name)}
    for where, node in nodes(bundled(name)["paths"]):
        for key, link in node.get("links", {}).items():
            assert link["operationId"] in known, f"{where}/links/{key}"


def test_no_component_is_typed_twice() -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for name in [*NAMES, COMMON]:
        for section, found in source(name).get("components", {}).items():
            counted.update((section, key) for key in found)
    assert {key: times for key, times in counted.items() if times > 1} == {}


def test_references_lead_to_the_document_itself_or_to_the_shared_file() -> None:
    for name in [*NAMES, COMMON]:
        for where, node in nodes(source(name)):
            reference = node.get("$ref")
            if isinstance(reference, str):
                assert reference.startswith(("#/components/", f"{COMMON}.yaml#/components/")), f"{name}{where}"


def test_the_shared_file_holds_only_what_is_used() -> None:
    used = {(section, key) for name in NAMES for section, found in bundled(name)["components"].items() for key in found}
    shared = {(section, key) for section, found in source(COMMON)["components"].items() for key in found}
    assert shared - used == set()
