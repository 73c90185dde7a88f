"""A report as one HTML file: to be read on a phone, printed, and passed on; it loads nothing."""

import json
from html import escape
from typing import Any

from sandbox.conformance.report import Report
from sandbox.conformance.verdicts import FAILED, NOT_APPLICABLE, NOT_OBSERVED, NOT_TESTED, PASSED

_MARKS = {PASSED: "✓", FAILED: "✗", NOT_TESTED: "?", NOT_OBSERVED: "–", NOT_APPLICABLE: "∅"}

_STYLE = """
:root { color-scheme: light dark; --line: #8885; --good: #1a7f37; --bad: #c0261b; --dim: #6e7781 }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.5rem; margin: .5rem 0 } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem }
.verdict { display: inline-block; padding: .1rem .7rem; border-radius: 1rem; color: #fff; background: var(--dim) }
.passed { background: var(--good) } .failed { background: var(--bad) }
.sum { display: flex; flex-wrap: wrap; gap: .4rem 1.4rem; padding: 0; list-style: none } .sum b { font-size: 1.3rem }
details { border-top: 1px solid var(--line); padding: .45rem 0 } summary { cursor: pointer; display: flex; gap: .6rem }
summary .id { flex: none; font-family: ui-monospace, monospace; font-weight: 600 }
summary .m { flex: none; width: 1rem; text-align: center; font-weight: 700 }
.is-failed .m { color: var(--bad) } .is-passed .m { color: var(--good) } .clause, .reason { color: var(--dim) }
pre { overflow-x: auto; padding: .6rem; border: 1px solid var(--line); border-radius: .4rem; font-size: .82rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem } dd { margin: 0; overflow-wrap: anywhere }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr } dt { font-weight: 600 } }
@media print { details { break-inside: avoid } body { max-width: none; font-size: .85rem } }
"""


def page(report: Report, requirements: str = "") -> str:
    """The whole file. `requirements` is where the catalogue can be read: each id then leads there."""
    target, run = report["target"], report["run"]
    title = f"{target['name']}: {target['suite']} conformance"
    failed = [each for each in report["requirements"] if each["outcome"] == FAILED]
    rest = [each for each in report["requirements"] if each["outcome"] != FAILED]
    parts = [
        f"<h1>{escape(title)} <span class='verdict {_class(report['result'])}'>{report['result']}</span></h1>",
        f"<p class=clause>{escape(report['standing'])} · catalogue {escape(run['catalogue'])} · seed {run['seed']} · "
        f"{escape(run['started'][:19])} UTC · {run['seconds']:g} s · {escape(target['url'])}</p>",
        "<ul class=sum>" + "".join(_count(*each) for each in report["summary"].items()) + "</ul>",
        _section("What failed", failed, requirements, shown=True),
        _differences(report.get("difference", [])),
        _coverage(report["coverage"]),
        _section("All else", rest, requirements, shown=False),
    ]
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    return (
        f"<!doctype html>\n<html lang=en>\n{head}\n<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n"
        + "\n".join(part for part in parts if part)
        + "\n</html>\n"
    )


def _class(outcome: str) -> str:
    return outcome.replace(" ", "-")


def _count(outcome: str, count: int) -> str:
    return f"<li><b>{count}</b> {outcome}</li>"


def _section(title: str, found: list[dict[str, Any]], requirements: str, *, shown: bool) -> str:
    if not found:
        return ""
    return f"<h2>{title}</h2>\n" + "\n".join(_requirement(each, requirements, shown=shown) for each in found)


def _requirement(each: dict[str, Any], requirements: str, *, shown: bool) -> str:
    outcome = each["outcome"]
    words = f"<span>{escape(each['sentence'])}</span>"
    head = f"<span class=m title='{outcome}'>{_MARKS[outcome]}</span><span class=id>{each['id']}</span>{words}"
    reason = f"<p class=reason>{outcome}: {escape(each['reason'])}</p>" if each.get("reason") else ""
    findings = "".join(_finding(one) for one in each["findings"])
    place = f" · <a href='{escape(requirements)}#{each['id']}'>catalogue</a>" if requirements else ""
    about = f"<p class=clause>{each['severity']} · {escape(each['clause'])} · since {each['since']}{place}</p>"
    opened = " open" if shown else ""
    return f"<details class='is-{_class(outcome)}'{opened}><summary>{head}</summary>{about}{reason}{findings}</details>"


def _finding(finding: dict[str, Any]) -> str:
    rows = [("where", finding["pointer"] or "the whole"), ("expected", finding["expected"]), ("got", finding["got"])]
    listed = "".join(f"<dt>{name}</dt><dd>{escape(str(value))}</dd>" for name, value in rows)
    shown = {name: finding[name] for name in ("sent", "received", "message") if name in finding}
    evidence = f"<pre>{escape(json.dumps(shown, indent=2, ensure_ascii=False))}</pre>" if shown else ""
    curl = f"<pre>{escape(finding['curl'])}</pre>" if "curl" in finding else ""
    return f"<dl>{listed}</dl>{evidence}{curl}"


def _differences(changed: list[dict[str, str]]) -> str:
    if not changed:
        return ""
    rows = "".join(f"<dt>{each['id']}</dt><dd>{each['before']} → {each['now']}</dd>" for each in changed)
    return f"<h2>Since the last run</h2><dl>{rows}</dl>"


def _coverage(coverage: dict[str, Any]) -> str:
    rows = ""
    for name, words in (("states", "States"), ("reasonCodes", "Reasons"), ("problemCodes", "Problem codes")):
        found = coverage.get(name)
        if found:
            met = ", ".join(f"{each} ({count})" for each, count in found["met"].items()) or "none"
            rows += f"<dt>{words} met</dt><dd>{escape(met)}</dd>"
            rows += f"<dt>not met</dt><dd class=clause>{escape(', '.join(found['missing']) or 'none')}</dd>"
    return f"<h2>What was met</h2><dl>{rows}</dl>" if rows else ""
