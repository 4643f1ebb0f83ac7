"""Results as a page, as JUnit XML and as JSON."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from talk_assets.model.system import System
from talk_assets.verify.junit import as_junit
from talk_assets.verify.page import as_page
from talk_assets.verify.results import Finding, Item, Operation, Outcome, Results

SALESFORCE, CUSTOMERP = System
NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
ODD = "<b>Byron</b> & \x01 'co'"


def finding(outcome, *, name="email", pair="contact", operation=Operation.UPDATE, **told):
    item = Item(pair=pair, property=name, origin=SALESFORCE, operation=operation)
    return Finding(item=item, outcome=outcome, **told)


RESULTS = Results(
    live=True,
    tag="a1b2c3",
    version="0123456789abcdef",
    started=NOW,
    seconds=12.5,
    made=8,
    left=("Customerp contacts 1: <refused>",),
    findings=(
        finding(Outcome.PASS, written="a@b.example", expected="a@b.example", found="a@b.example", at=NOW),
        finding(
            Outcome.FAIL,
            name="department",
            reason="Customerp holds another value",
            written=ODD,
            expected=ODD,
            found="<b>By",
            origin_id="003000000000001AAA",
            target_id="c-1",
            at=NOW,
        ),
        finding(Outcome.NOT_TESTABLE, pair="order", name="total", reason="derived: compared, never written"),
    ),
)


def test_junit_is_what_build_servers_read():
    """A suite a pair with its counts, a case a row, a failure with its evidence, a skip with its reason."""
    top = ElementTree.fromstring(as_junit(RESULTS, show=True))  # noqa: S314 - our own text
    suites = {suite.get("name"): suite for suite in top}

    assert (top.tag, top.get("tests"), top.get("failures"), top.get("errors")) == ("testsuites", "3", "1", "0")
    assert set(suites) == {"talk verify.contact", "talk verify.order"}
    assert suites["talk verify.contact"].get("timestamp") == "2026-03-14T09:26:53"
    for suite in suites.values():
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
    failure = top.find(".//failure")
    assert failure.get("message") == "Customerp holds another value"
    assert "found: <b>By" in failure.text
    assert "Salesforce 003000000000001AAA → Customerp c-1" in failure.text
    assert top.find(".//skipped").get("message") == "derived: compared, never written"


def test_junit_keeps_to_the_schema():
    """Jenkins refuses a file with an attribute it does not know."""
    known = {
        "testsuites": {"name", "time", "tests", "failures", "errors"},
        "testsuite": {"name", "time", "tests", "failures", "errors", "skipped", "timestamp"},
        "testcase": {"name", "classname", "time"},
        "failure": {"message", "type"},
        "skipped": {"message"},
    }
    top = ElementTree.fromstring(as_junit(RESULTS, show=True))  # noqa: S314 - our own text

    assert {one.tag for one in top.iter()} == set(known)
    assert [(one.tag, set(one.keys()) - known[one.tag]) for one in top.iter() if set(one.keys()) - known[one.tag]] == []


def test_page_shows_values_as_text_and_needs_no_network():
    """What an end answered is no markup, and nothing is fetched."""
    shown = as_page(RESULTS, show=True)

    assert "&lt;b&gt;Byron&lt;/b&gt; &amp;" in shown
    assert "<b>By" not in shown
    assert "Customerp contacts 1: &lt;refused&gt;" in shown
    assert re.findall(r"(?:src|href)=", shown) == []
    assert "1 of 3 rows failed." in shown


def test_page_heads_each_column_with_its_direction():
    """A mark stands under the direction it is about."""
    there, back = (finding(Outcome.PASS), finding(Outcome.FAIL))
    back = replace(back, item=replace(back.item, origin=CUSTOMERP))

    shown = as_page(replace(RESULTS, findings=(back, there)), show=True)

    assert re.findall(r'class="way">([^<]+)<', shown) == ["Salesforce → Customerp", "Customerp → Salesforce"]
    assert re.findall(r'<td class="(pass|fail)" title', shown) == ["pass", "fail"]


@pytest.mark.parametrize("told", [as_page, as_junit, lambda r, show: json.dumps(r.as_json(show=show))])
def test_values_are_told_by_length_unless_asked_for(told):
    """A file that may be passed on holds no personal data."""
    hidden, shown = (told(RESULTS, show=show) for show in (False, True))

    assert "Byron" not in hidden
    assert "a@b.example" not in hidden
    assert "Byron" in shown


def test_json_holds_every_row_and_the_counts():
    """A program reads what a person sees."""
    told = RESULTS.as_json(show=True)

    assert told["counts"] == {"pass": 1, "fail": 1, "not_testable": 1}
    assert told["pairs"]["contact"] == {"pass": 1, "fail": 1, "not_testable": 0}
    assert [one["outcome"] for one in told["rows"]] == ["pass", "fail", "not_testable"]
    assert told["rows"][1]["property"] == "department"
    assert told["left"] == ["Customerp contacts 1: <refused>"]
    assert json.loads(json.dumps(told)) == told
