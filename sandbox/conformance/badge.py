"""A report as a badge (SVG)."""

from html import escape

from sandbox.conformance.report import Report
from sandbox.conformance.verdicts import FAILED, NOT_TESTED, PASSED

_COLOURS = {PASSED: "#1a7f37", FAILED: "#b42318", NOT_TESTED: "#6e7781"}
_WIDTH = 6.6  # of a character


def badge(report: Report) -> str:
    """The whole picture: the suite, how much of what could be judged has passed, and who says so."""
    summary = report["summary"]
    judged = summary[PASSED] + summary[FAILED] + summary[NOT_TESTED]
    left = f"{report['target']['suite']} conformance"
    said = f"{summary[PASSED]}/{judged}" if judged else "nothing"
    right = f"{report['result']} {said}" + (" self-run" if report["standing"] == "SELF-RUN" else "")
    first, second = (round(len(text) * _WIDTH) + 14 for text in (left, right))
    colour, words = _COLOURS[report["result"]], escape(f"{left}: {right}")
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{first + second}" height="20" role="img" aria-label="{words}">
<title>{words}</title>
<rect width="{first}" height="20" fill="#24292f"/>
<rect x="{first}" width="{second}" height="20" fill="{colour}"/>
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">
<text x="{first / 2:g}" y="14">{escape(left)}</text>
<text x="{first + second / 2:g}" y="14">{escape(right)}</text>
</g>
</svg>
"""
