"""Every test can fail: it asserts something itself, or calls a check_* or expect_* that does."""

import ast

import pytest

from tests.architecture.checkout import modules, name_of
from tests.architecture.references import dotted

CHECKS = ("check_", "expect_")
RAISES = ("pytest.raises", "pytest.warns", "pytest.fail")
EXAMINES = ("call_and_validate", "validate_response")  # schemathesis: judge the answer by the document


def toothless(source: str) -> list[str]:
    """Tests, and the checks that tests call, which no behaviour of the program could make fail."""
    return [
        function.name
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and function.name.startswith(("test_", *CHECKS))
        and not any(bites(node) for statement in function.body for node in ast.walk(statement))
    ]


def bites(node: ast.AST) -> bool:
    """Whether this may fail the test."""
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant | ast.Tuple)
    if not isinstance(node, ast.Call):
        return False
    name = dotted(node.func) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    last = name.rpartition(".")[2]
    return name in RAISES or name.split(".")[0] == "expect" or last in EXAMINES or last.startswith(CHECKS)


def test_every_test_asserts_something() -> None:
    files = [*modules("tests"), *modules("contracts")]
    assert len(files) > 1
    assert {name_of(path): names for path in files if (names := toothless(path.read_text()))} == {}


@pytest.mark.parametrize(
    "body",
    [
        "place_order()",
        "pass",
        "assert True",
        "assert (order.state, 'COMPLETED')",
        "result = checked(order)",
        "try:\n        place_order()\n    except ValueError:\n        pass",
    ],
)
def test_a_planted_test_without_teeth_is_found(body: str) -> None:
    assert toothless(f"def test_order():\n    {body}\n") == ["test_order"]
    assert toothless(f"class TestOrders:\n  def test_order(self):\n    {body}\n") == ["test_order"]


@pytest.mark.parametrize(
    "body",
    [
        "assert order.state == 'COMPLETED'",
        "with pytest.raises(Problem):\n        place_order()",
        "check_history(order)",
        "tenant.expect_kcis('ACKNOWLEDGED')",
        "case.call_and_validate()",
        "place().expect_state('HELD')",
        "expect(order.state == 'COMPLETED', expected='an end')",
        "expect.status(answer, 200)",
    ],
)
def test_a_test_with_teeth_is_left_alone(body: str) -> None:
    assert toothless(f"def test_order():\n    {body}\n") == []


def test_a_check_that_checks_nothing_is_found() -> None:
    assert toothless("def check_history(order):\n    print(order)\n") == ["check_history"]
