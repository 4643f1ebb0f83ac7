"""What the data-quality report says of a store, in each of its forms."""

import base64
import hashlib
import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from talk_assets.model.changes import Problem
from talk_assets.model.system import System
from talk_assets.reports.quality.gather import gather
from talk_assets.reports.quality.page import page, share, span
from talk_assets.reports.quality.steps import width_of
from talk_assets.reports.quality.summary import markdown, verdict
from talk_assets_tests.twins import CUSTOMERP, SALESFORCE, Twins

HOSTILE = "<script>alert(1)</script>"
SECRET = "Zyxwvut"


class Elements(HTMLParser):
    """Every element of a page with its attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.words = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def named(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def store():
    """A week of syncs: most in step, some in quarantine, one that an end refuses in words of its own."""
    twins = Twins()
    people = [twins.add("contact", SALESFORCE, last_name=f"n{i}", email=f"n{i}@x.org") for i in range(20)]
    twins.add("contact", CUSTOMERP, last_name="Moe", first_name=SECRET * 10)
    twins.add("contact", CUSTOMERP, last_name="Dahl", first_name=SECRET * 11)
    twins.add("product", CUSTOMERP, name="Pump", product_code="P1", list_price="10.00")
    twins.settle()
    twins.customerp_refusals.append(
        lambda entity, _op, values: (
            Problem(code="invalid", message=f"{HOSTILE} '{SECRET}' is not allowed | here")
            if entity == "contact" and values.get("jobTitle") == SECRET
            else None
        )
    )
    for day in range(6):
        twins.clock.tick(24 * 3600)
        twins.edit("contact", SALESFORCE, people[day], first_name=f"k{day}")
        twins.cycle()
    twins.edit("contact", SALESFORCE, people[10], job_title=SECRET)
    twins.cycle()
    yield twins
    twins.db.close()


def figures_of(twins, *, days=30, show=False):
    return gather(twins.db, tuple(twins.pairs.values()), now=twins.clock(), period=timedelta(days=days), show=show)


@pytest.fixture(scope="module")
def figures(store):
    return figures_of(store)


@pytest.fixture(scope="module")
def html(figures):
    return page(figures, salesforce_url="https://example.my.salesforce.com")


def test_counts_are_the_stores_own(figures):
    """Linked, in step and waiting, by pair and in all."""
    contact = next(pair for pair in figures.pairs if pair.name == "contact")

    assert (contact.linked, contact.in_step) == (20, 19)
    assert contact.waiting["quarantined"] == contact.waits == 3
    assert contact.written[CUSTOMERP].created == 20
    assert contact.written[CUSTOMERP].updated == 6
    assert figures.linked == 21
    assert figures.tenants == {"salesforce": "00D000000000001AAA", "customerp": "customerp-1"}
    assert verdict(figures).startswith("95.2 % of 21 linked records are in step; 3 records wait, the oldest for 6 days")


def test_history_is_cut_into_steps_that_stand_on_the_one_before(figures):
    """A day each for a week; a pair that no run looked at stands as it stood; calls and writes by end."""
    assert len(figures.steps) == 7
    assert [step.linked for step in figures.steps] == [21] * 7
    assert [step.waiting["quarantined"] for step in figures.steps] == [2] * 6 + [3]
    assert sum(step.written[CUSTOMERP] for step in figures.steps) == 26
    assert sum(step.calls[SALESFORCE] for step in figures.steps) == figures.calls[SALESFORCE]
    assert figures.steps[3].delays[CUSTOMERP].median == 60.0
    assert figures.delays[CUSTOMERP].writes == 6


def test_width_of_a_step_follows_the_span():
    """An hour's history has points as well as a year's."""
    widths = [width_of(span) for span in (timedelta(hours=2), timedelta(days=2), timedelta(days=90))]

    assert widths == [timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)]


def test_reasons_that_differ_in_ids_alone_are_one(figures):
    """Two records that are too long in one property are one cause of two records."""
    worst = figures.causes[0]

    assert (worst.pair, worst.property, worst.state, worst.records) == ("contact", "first_name", "quarantined", 2)
    assert "40 characters" in worst.reason
    assert figures.properties[0].property == "first_name"
    assert figures.oldest.record == worst.example


def test_values_are_left_out_unless_they_are_asked_for(store, figures, html):
    """In no form of the report, where they are not to be shown."""
    shown = figures_of(store, show=True)

    assert SECRET not in html
    assert SECRET not in markdown(figures, show=False)
    assert SECRET not in json.dumps(figures.as_json())
    assert any(SECRET in one.reason for one in shown.held)


def test_page_needs_no_network_and_runs_nothing_but_its_own_script(html):
    """No address but links to records; the policy names the one script by its hash."""
    elements = Elements(html)
    (policy,) = [meta["content"] for meta in elements.named("meta") if "http-equiv" in meta]
    (script,) = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert "default-src 'none'" in policy
    assert f"script-src 'sha256-{digest}'" in policy
    assert len(elements.named("script")) == 1
    assert not [attributes for _, attributes in elements.found if "src" in attributes or "onclick" in attributes]
    assert {link["href"] for link in elements.named("link")} == {"data:,"}
    assert all(a["href"].startswith("https://example.my.salesforce.com/") for a in elements.named("a"))
    assert elements.named("a")
    assert len(html) < 500_000


def test_what_an_end_says_is_text_in_each_form(store):
    """No markup of theirs takes effect, in HTML or in Markdown."""
    shown = figures_of(store, show=True)
    html, text = page(shown), markdown(shown, show=True)

    assert HOSTILE not in html + text
    assert "&lt;script&gt;alert" in html
    assert "&lt;script&gt;alert" in text
    assert "allowed \\| here" in text


def test_page_shows_what_is_in_the_figures(figures, html):
    """A row for each pair, thing that waits and run; a chart with a value at each point."""
    elements = Elements(html)
    words = " ".join(elements.words)

    assert len(elements.named("figure")) == 6
    assert "19 Mar: 60" in words
    assert all(f">{pair.name}<" in html for pair in figures.pairs)
    assert sum("data-state" in row for row in elements.named("tr")) == len(figures.held) == 3
    assert html.count('class="state state-quarantined"') >= 3
    assert "In step" in words


def test_report_of_an_empty_store_says_so():
    """Before the first sync there is nothing to divide by."""
    twins = Twins()
    twins.session()
    figures = figures_of(twins)
    text = page(figures)
    twins.db.close()

    assert "Nothing has been synced yet." in text
    assert "<figure" not in text
    assert verdict(figures) == "Nothing has been synced yet."
    assert "Nothing has been synced yet." in markdown(figures, show=False)


@pytest.mark.parametrize(("part", "text"), [(1.0, "100 %"), (0.99999, "99.9 %"), (0.5, "50.0 %"), (None, "—")])
def test_hundred_percent_is_said_of_nothing_less(part, text):
    """One record of a million that waits is not rounded away."""
    assert share(part) == text


def test_time_is_said_in_the_unit_a_person_would_use():
    """Seconds up to two minutes, days from two days on."""
    assert [span(s) for s in (1.24, 59, 300, 3 * 3600, 40 * 3600, 5 * 86400)] == [
        "1.2 s",
        "59 s",
        "5 minutes",
        "3 hours",
        "40 hours",
        "5 days",
    ]


def test_json_has_all_of_it(figures):
    """Nothing that JSON cannot hold; ends by name."""
    found = json.loads(json.dumps(figures.as_json()))

    assert found["waiting"] == 3
    assert {pair["name"] for pair in found["pairs"]} == {pair.name for pair in figures.pairs}
    assert set(found["calls"]) == {system.value for system in System}
