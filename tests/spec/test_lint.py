from pathlib import Path

import pytest

from sandbox.shipped import folder
from sandbox.spec.lint import lint

HEAD = "name: MINE\ntitle: Mine\ndescription: My own.\n"
BEATS = HEAD + "order:\n  reply: {status: 202}\n  beats:\n    - {at: PT5M, kci: ACKNOWLEDGED}\n"


def found(tmp_path: Path, text: str, name: str = "MINE.yaml") -> list[str]:
    """Findings as line and message."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    findings = lint([path])
    assert {finding.file for finding in findings} <= {path}
    return [f"{finding.line} {finding.message}" for finding in findings]


def of(kind: str) -> str:
    return f"# yaml-language-server: $schema=../contracts/schemas/{kind}.schema.json\n"


def test_everything_shipped_is_clean() -> None:
    assert lint([]) == []


def test_a_good_scenario_is_clean_wherever_it_lies(tmp_path: Path) -> None:
    assert found(tmp_path, BEATS) == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("a: 1\na: 2\n", "2 the key a comes twice"),
        ("", "1 the file is empty"),
        (BEATS + "fault: []\n", "8 /fault: there is no key fault; allowed: name, extends, adapt, for, title, "
         "description, default, needsAppointment, parameters, order, amendment, cancellation, test, problem, "
         "unsolicitedCease, faults, onAmended, onResolutionRejected"),
        (HEAD + "for: test\n", "1 test is missing"),
        (HEAD + "for: nonsense\n", "4 /for: 'nonsense' is not allowed here; allowed: order, amendment, "),
        (BEATS + "onAmended:\n  beats: []\n", "8 /onAmended: it never opens: nothing leads to PENDING"),
        (HEAD + "for: test\ntest:\n  reply: {status: 422}\n", "6 /test/reply: text is missing"),
        (HEAD + "for: test\ntest:\n  reply: {status: 202}\n",
         "6 /test/reply/status: 202 is not allowed here; allowed: 201, 422"),
        (HEAD + "for: problem\nproblem:\n  reply: {status: 202}\n  beats:\n    - {at: P1D, kci: RESOLVED}\n",
         "8 /problem/beats/0: set is missing"),
        (HEAD + "for: amendment\namendment:\n  reply: {status: 202}\n  beats:\n    - {at: P1D, kci: COMMITTED,\n"
         "       set: {committedDate: agreed, targetDate: agreed}}\n",
         "8 /amendment/beats/0/kci: COMMITTED cannot come while the problem is PENDING_AMENDMENT; allowed: "),
        (BEATS + "    - {at: P1D, kci: COMMITED}\n", "8 /order/beats/1/kci: 'COMMITED' is not allowed here; allowed: "),
        (BEATS + "    - {at: P1M, kci: UPDATE}\n", "8 /order/beats/1/at: 'P1M' does not fit: When, after the chapter"),
        (BEATS + "    - {kci: UPDATE}\n", "8 /order/beats/1: at is missing"),
        (BEATS + "    - {at: P1D, kci: COMMITTED}\n", "8 /order/beats/1: set is missing"),
        (BEATS + "    - {at: P1D, kci: UPDATE,\n       set: {committedDate: agreed}}\n",
         "9 /order/beats/1/set: committedDate is set by COMMITTED alone."),
        (BEATS + "    - {at: P1D, kci: DELAY}\n", "8 /order/beats/1: problemCode is missing"),
        (BEATS + "    - {at: P1D, kci: DELAY, problemCode: OTHER}\n", "8 /order/beats/1: text is missing"),
        (BEATS + "    - {at: P1D, kci: INFORMATION_REQUIRED}\n", "8 /order/beats/1: text is missing"),
        (BEATS + "    - {at: P1D, kci: UPDATE, set: {appointmentTimeslot: {shift: days}}}\n",
         "1 needsAppointment is missing"),
        (BEATS + "    - at: P1D\n      kci: RESUMED\n",
         "9 /order/beats/1/kci: RESUMED cannot come while the order is ACKNOWLEDGED; allowed: "),
        (BEATS + "    - at: P1D\n      kci: UPDATE\n      status: HELD\n",
         "10 /order/beats/1/status: UPDATE cannot state HELD from ACKNOWLEDGED; allowed: ACKNOWLEDGED"),
        (BEATS.replace("MINE", "YOURS"), "1 /name: YOURS has to be in a file YOURS.yaml"),
        (HEAD + "order: 5\n", "4 /order: 5 is not of type 'object'"),
        ("- 1\n", "1 [1] is not of type 'object'"),
    ],
)  # fmt: skip
def test_what_is_wrong_has_its_line_and_its_reason(tmp_path: Path, text: str, finding: str) -> None:
    (only,) = found(tmp_path, text)
    assert only.startswith(finding)


def test_a_chapter_belongs_to_what_the_scenario_is_for(tmp_path: Path) -> None:
    test = HEAD + "test:\n  reply: {status: 201}\n"
    assert sorted(found(tmp_path, test)) == ["1 for is missing", "1 order is missing"]
    both = BEATS + "for: test\ntest:\n  reply: {status: 422, text: No.}\n"
    assert found(tmp_path, both) == ["8 /for: 'test' is not allowed here; allowed: order"]
    late = HEAD + "for: test\ntest:\n  reply: {status: 422, text: No.}\nonAmended: {beats: []}\n"
    assert found(tmp_path, late) == ["4 /for: 'test' is not allowed here; allowed: order, problem"]


def test_all_of_it_is_said_in_the_order_of_the_lines(tmp_path: Path) -> None:
    late = "    - {at: PT1M, kci: UPDATE}\n    - {at: PT1M, kci: RESUMED}\n"
    lines = [int(each.partition(" ")[0]) for each in found(tmp_path, BEATS + late)]
    assert lines == [8, 9]


def test_what_is_marked_wrong_is_left_alone(tmp_path: Path) -> None:
    assert (
        found(
            tmp_path, BEATS + "    - {at: P1D, kci: RESUMED, wrong: true}\n    - {at: P1D, kci: DELAY, wrong: true}\n"
        )
        == []
    )


def test_a_folder_is_linted_whole_and_has_one_default(tmp_path: Path) -> None:
    for name in ("ONE", "TWO"):
        (tmp_path / f"{name}.yaml").write_text(BEATS.replace("MINE", name) + "default: true\n", encoding="utf-8")
    test = HEAD.replace("MINE", "THREE") + "for: test\ntest:\n  reply: {status: 422, text: No.}\ndefault: true\n"
    (tmp_path / "THREE.yaml").write_text(test, encoding="utf-8")
    found = lint([tmp_path])
    assert [(finding.file.stem, finding.line) for finding in found] == [("ONE", 8), ("TWO", 8)]
    assert found[0].message == "/default: more than one scenario is the default for an order"
    assert lint([tmp_path / "ONE.yaml"]) == []


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    (finding,) = lint([tmp_path / "NOTHING.yaml"])
    assert str(finding) == f"{tmp_path / 'NOTHING.yaml'}:1: No such file or directory"


def test_a_supplier_is_judged_by_its_own_schema(tmp_path: Path) -> None:
    alder = (folder("fixtures") / "suppliers" / "ALDER.yaml").read_text(encoding="utf-8")
    assert found(tmp_path, alder, "ALDER.yaml") == []
    without = alder.replace("installationType: STANDARD\n", "")
    assert found(tmp_path, without, "ALDER.yaml") == ["2 'installationType' is missing: 'appointments' needs it"]
    backwards = alder.replace('end: "13:00"', 'end: "07:00"')
    assert found(tmp_path, backwards, "ALDER.yaml")[0].endswith(
        "/appointments/windows/0: the window ends before it begins"
    )
    overlapping = alder.replace('start: "13:00"', 'start: "12:00"')
    assert "begins before the one above it ends" in found(tmp_path, overlapping, "ALDER.yaml")[0]
    unquoted = alder.replace('start: "08:00"', "start: 8:00")
    assert "A time of day, quoted" in found(tmp_path, unquoted, "ALDER.yaml")[0]


def test_addresses_are_judged_by_their_own_schema(tmp_path: Path) -> None:
    entry = '  - area: A\n    suppliers: []\n    address:\n      identifier: {id: "999000000001", type: UPRN}\n'
    assert found(tmp_path, of("addresses") + "premises:\n" + entry) == []
    twice = found(tmp_path, of("addresses") + "premises:\n" + entry + entry)
    assert twice == ["10 /premises/1/address/identifier: the UPRN 999000000001 is another's too"]


def test_worlds_are_judged_by_their_own_schema(tmp_path: Path) -> None:
    shipped = (folder("fixtures") / "worlds.yaml").read_text(encoding="utf-8")
    assert found(tmp_path, shipped) == []
    assert found(tmp_path, shipped.replace("code: TENANT2", "code: TENANT1")) == [
        "24 /worlds/1/tenants/0/code: there is already a tenant TENANT1"
    ]
    realistic = shipped.replace("tempo: compressed", "tempo: realistic", 1)
    assert found(tmp_path, realistic) == ["7 /worlds/0: gap belongs to the compressed tempo."]


def test_a_supplier_that_nobody_knows_is_found_between_the_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "scenarios").symlink_to(folder("scenarios"))
    (tmp_path / "fixtures").mkdir()
    for name in ("addresses.yaml", "behaviours.yaml", "suppliers"):
        (tmp_path / "fixtures" / name).symlink_to(folder("fixtures") / name)
    worlds = (folder("fixtures") / "worlds.yaml").read_text(encoding="utf-8")
    (tmp_path / "fixtures" / "worlds.yaml").write_text(
        worlds.replace("supplier: CEDAR", "supplier: ASPEN"), encoding="utf-8"
    )
    monkeypatch.setattr("sandbox.spec.lint.folder", lambda name: tmp_path / name)
    (finding,) = lint([])
    assert "there is no supplier ASPEN" in finding.message
