"""The OpenAPI documents are valid, keep to the published status tables, explain themselves and type nothing twice."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.contracts.published import EXTENSIONS, FOLLOWED_BY_KCIS, MAY_BE_LACKING, PUBLISHED, WITHOUT_TENANT
from tests.contracts.reading import COMMON, NAMES, bundled, examples, nodes, operations, resolved, source, violations


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


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_operations_are_the_published_ones(name: str) -> None:
    found = {operation["operationId"]: (method, path) for path, method, operation in operations(name)}
    assert found == {key: (each.method, each.path) for key, each in PUBLISHED[name].items()}


@pytest.mark.parametrize("name", PUBLISHED)
def test_statuses_are_the_published_ones_and_the_extensions(name: str) -> None:
    for _, _, operation in operations(name):
        statuses = {int(code) for code in operation["responses"]}
        published = PUBLISHED[name][operation["operationId"]].statuses
        assert published - statuses == set(), f"{operation['operationId']} leaves out"
        more = EXTENSIONS | MAY_BE_LACKING.get(operation["operationId"], set())
        assert statuses - published <= more, f"{operation['operationId']} adds"


def parameters(name: str, path: str, operation: Mapping[str, Any]) -> dict[tuple[str, str], bool]:
    """(place, name) of every parameter of an operation, and whether it is required."""
    document = bundled(name)
    listed = [*document["paths"][path].get("parameters", []), *operation.get("parameters", [])]
    found = [resolved(document, parameter) for parameter in listed]
    return {(each["in"], each["name"]): each.get("required", False) for each in found}


@pytest.mark.parametrize("name", ["tenant", "supplier", "tenant-updates", "supplier-updates"])
def test_headers_are_the_published_ones_and_the_choice_of_a_scenario(name: str) -> None:
    for path, _, operation in operations(name):
        key = operation["operationId"]
        wanted = {"X-Request-ID": True, "X-Conversation-ID": name != "supplier-updates"}
        if name == "supplier" and key not in WITHOUT_TENANT:
            wanted["Tenant"] = True
        if key in FOLLOWED_BY_KCIS:
            wanted |= dict.fromkeys(("X-Scenario", "X-Problem-Code", "X-Kci-Delay"), False)
        if key == "handleKci":
            wanted |= dict.fromkeys(("webhook-id", "webhook-timestamp", "webhook-signature"), False)
        assert {k: v for (place, k), v in parameters(name, path, operation).items() if place == "header"} == wanted, key


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_documents_success_and_limits(name: str) -> None:
    for _, _, operation in operations(name):
        statuses = set(operation["responses"])
        assert any(code.startswith("2") for code in statuses), operation["operationId"]
        assert {"405", "429", "503"} <= statuses, operation["operationId"]
        if name != "authentication":  # any operation can be sent a parameter that it does not know
            assert "422" in statuses, operation["operationId"]
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
    targets = {operation["operationId"]: (path, operation) for path, _, operation in operations(name)}
    for where, node in nodes(bundled(name)["paths"]):
        for key, link in node.get("links", {}).items():
            place = f"{where}/links/{key}"
            assert link["operationId"] in targets, place
            path, operation = targets[link["operationId"]]
            known = {parameter for _, parameter in parameters(name, path, operation)}
            assert link.get("parameters", {}).keys() <= known, place
            assert set(link.get("requestBody", {})) <= members_of_the_body(name, operation), place


def members_of_the_body(name: str, operation: Mapping[str, Any]) -> set[str]:
    """The members that an operation's request body may have."""
    document = bundled(name)
    content = operation.get("requestBody", {}).get("content", {})
    shapes = [resolved(document, media["schema"]) for media in content.values()]
    known: set[str] = set()
    while shapes:
        shape = shapes.pop()
        known |= shape.get("properties", {}).keys()
        inside = [*shape.get("allOf", ()), *(shape[key] for key in ("then", "else") if key in shape)]
        shapes += [resolved(document, each) for each in inside]
    return known


# What is created is read, changed and ended by links, so that a walk along them gets everywhere.
WALKS = {
    "tenant": {
        "handleAddressLookup": {"handleAvailabilityCheck"},
        "handleAvailabilityCheck": {"handleAppointmentAvailability"},
        "handleAppointmentAvailability": {"handleReserveAppointment"},
        "handleReserveAppointment": {"handleCreateOrder"},
        "handleQuote": {"handleCreateEthernetOrder"},
        "handleCreateOrder": {"handleGetOrder", "handleAmendOrder", "handleCancelOrder"},
        "handleCreateEthernetOrder": {"handleGetEthernetOrder", "handleCancelOrder"},
        "handleServiceTest": {"handleGetServiceTestById", "handleCreateProblem"},
        "handleGetServiceTestById": {"handleCreateProblem"},
        "handleCreateProblem": {"handleGetServiceProblemById", "handleAmendProblem", "handleCancelProblem"},
        "handleGetServiceProblemById": {"handleServiceProblemResolution"},
    },
    "supplier": {
        "handleQuote": {"handleCreateEthernetOrder"},
        "handleCreateOrder": {"handleAmendOrder", "handleCancelOrder"},
        "handleServiceTest": {"handleCreateProblem"},
        "handleCreateProblem": {"handleAmendProblem", "handleCancelProblem"},
    },
    "control": {
        "registerSupplier": {"listExchanges", "removeSupplier"},
        "listServices": {"sendSupplierEvent"},
        "sendSupplierEvent": {"getTimeline"},
    },
}


@pytest.mark.parametrize(("name", "start"), [(name, start) for name, walks in WALKS.items() for start in walks])
def test_links_go_on_from_what_was_created(name: str, start: str) -> None:
    operation = next(each for _, _, each in operations(name) if each["operationId"] == start)
    reached = {
        link["operationId"]
        for answer in operation["responses"].values()
        for link in resolved(bundled(name), answer).get("links", {}).values()
    }
    assert WALKS[name][start] <= reached


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
