"""A report as JUnit XML, for the tools of a build."""

from xml.sax.saxutils import escape, quoteattr

from sandbox.conformance.report import Report
from sandbox.conformance.verdicts import FAILED, NOT_TESTED, PASSED


def junit(report: Report) -> str:
    """The whole document: one case for each requirement; what was not observed or does not apply counts as skipped."""
    summary = report["summary"]
    skipped = sum(summary.values()) - summary[PASSED] - summary[FAILED] - summary[NOT_TESTED]
    counts = {"tests": sum(summary.values()), "failures": summary[FAILED], "errors": summary[NOT_TESTED]}
    about = {"name": f"{report['target']['suite']} conformance", **counts, "skipped": skipped}
    about |= {"time": report["run"]["seconds"], "timestamp": report["run"]["started"]}
    cases = "".join(_case(report["target"]["suite"], each) for each in report["requirements"])
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuite{_attributes(about)}>\n{cases}</testsuite>\n'


def _case(suite: str, requirement: dict[str, object]) -> str:
    name = f"{requirement['id']} {requirement['sentence']}"
    return f"  <testcase{_attributes({'classname': suite, 'name': name})}>{_outcome(requirement)}</testcase>\n"


def _outcome(requirement: dict[str, object]) -> str:
    outcome, reason = requirement["outcome"], str(requirement.get("reason", ""))
    if outcome == PASSED:
        return ""
    if outcome == FAILED:
        findings: list[dict[str, object]] = requirement["findings"]  # type: ignore[assignment]
        text = "\n\n".join(
            f"{each['pointer']}\nexpected: {each['expected']}\ngot: {each['got']}\n{each.get('curl', '')}"
            for each in findings
        )
        first = f"expected {findings[0]['expected']}, got {findings[0]['got']}" if findings else ""
        return f"<failure{_attributes({'message': first})}>{_clean(text)}</failure>"
    if outcome == NOT_TESTED:
        return f"<error{_attributes({'message': reason})}/>"
    return f"<skipped{_attributes({'message': f'{outcome}: {reason}'})}/>"


def _attributes(values: dict[str, object]) -> str:
    return "".join(f" {name}={quoteattr(_printable(str(value)))}" for name, value in values.items())


def _clean(text: str) -> str:
    return escape(_printable(text))


def _printable(text: str) -> str:
    """Without the characters that XML cannot have."""
    return "".join(each for each in text if each.isprintable() or each in "\n\t")
