"""Results as JUnit XML, which build servers show: a suite a pair, a case a row."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from talk_assets.model.disclosure import withheld
from talk_assets.verify.results import Finding, Outcome, Results

_ALLOWED = {9, 10, 13}


def as_junit(results: Results, *, show: bool) -> str:
    """Return *results* as a document; unless *show*, of records' values only their lengths."""
    counts = _counts(list(results.findings))
    # The schema that Jenkins holds files to counts the skipped in suites only.
    top = Element("testsuites", {"name": "talk verify"} | {k: v for k, v in counts.items() if k != "skipped"})
    top.set("time", f"{results.seconds:.3f}")
    for pair in dict.fromkeys(one.item.pair for one in results.findings):
        own = [one for one in results.findings if one.item.pair == pair]
        suite = SubElement(top, "testsuite", {"name": f"talk verify.{pair}"} | _counts(own))
        suite.set("timestamp", results.started.strftime("%Y-%m-%dT%H:%M:%S"))
        suite.set("time", f"{results.seconds if len(own) == len(results.findings) else 0:.3f}")
        for one in own:
            _case(suite, one, show=show)
    indent(top)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(top, encoding="unicode") + "\n"


def _counts(findings: list[Finding]) -> dict[str, str]:
    failed = sum(one.outcome is Outcome.FAIL for one in findings)
    skipped = sum(one.outcome is Outcome.NOT_TESTABLE for one in findings)
    return {"tests": str(len(findings)), "failures": str(failed), "errors": "0", "skipped": str(skipped)}


def _case(suite: Element, one: Finding, *, show: bool) -> None:
    item = one.item
    name = f"{item.property}, {item.way}, {item.operation}"
    case = SubElement(suite, "testcase", classname=f"talk verify.{item.pair}", name=name, time="0")
    if one.outcome is Outcome.NOT_TESTABLE:
        SubElement(case, "skipped", message=_legal(one.reason or ""))
    elif one.outcome is Outcome.FAIL:
        failure = SubElement(case, "failure", message=_legal(one.reason or ""), type="difference")
        failure.text = _legal(evidence(one, show=show))


def evidence(one: Finding, *, show: bool) -> str:
    """Return what was written, expected and found, and where, in lines."""
    told = {name: getattr(one, name) for name in ("written", "expected", "found")}
    lines = [f"{name}: {value if show or value is None else withheld(value)}" for name, value in told.items()]
    records = f"{one.item.origin.title} {one.origin_id} → {one.item.origin.other.title} {one.target_id}"
    return "\n".join([*lines, f"records: {records}", f"at: {one.at.isoformat() if one.at else None}"])


def _legal(text: str) -> str:
    """*text* without what XML cannot hold."""
    return "".join(
        c if ord(c) in _ALLOWED or " " <= c <= "\ud7ff" or c > "\ue000" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
