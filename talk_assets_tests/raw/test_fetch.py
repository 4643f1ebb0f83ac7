"""Reading the ends: what counts as news, what absence means, and what a read that shrinks stops."""

from dataclasses import replace

import polars as pl
import pytest

from talk_assets.model.errors import GuardError
from talk_assets.model.system import System
from talk_assets.model.wire import raw_schema
from talk_assets.raw.fetch import fetch, gathered, keep_page
from talk_assets.store import raw
from talk_assets.systems.port import Page, Reject

SALESFORCE, CUSTOMERP = System
ONLY = {"pairs": ["contact"]}


def contacts(twins, system=CUSTOMERP):
    session = twins.session()
    return session, session.entity(session.pairs["contact"], system)


def people(twins, count, system=CUSTOMERP):
    return [twins.add("contact", system, last_name=f"N{i:02d}") for i in range(count)]


def test_only_what_differs_is_news(twins):
    """An overlap read again changes nothing, so that nothing downstream looks at it."""
    people(twins, 3)
    session, entity = contacts(twins)
    first = fetch(session, entity)
    twins.db.run("DELETE FROM store.cursor")
    seq = twins.db.latest_seq()
    again = fetch(session, entity)

    assert (first.read, first.changed, again.read, again.changed) == (3, 3, 3, 0)
    assert twins.db.latest_seq() == seq


def test_a_read_that_breaks_off_is_done_again(twins):
    """Rows and cursor are kept together: without the last page nothing is."""
    people(twins, 3)
    session, entity = contacts(twins)

    def broken(_, kind, moment):
        if (kind, moment) == ("fetch", "after"):
            raise ConnectionError

    twins.ends[CUSTOMERP].step = broken
    with pytest.raises(ConnectionError):
        fetch(session, entity)
    twins.ends[CUSTOMERP].step = None

    assert (raw.live_count(twins.db, entity), raw.cursor(twins.db, entity)) == (0, None)
    assert fetch(session, entity).changed == 3


def hide(twins, system, record):
    """Make *record* vanish without a tombstone, as a purge does."""
    rows = twins.ends[system]._rows
    del rows._rows["contact"][record]


def test_absence_counts_after_two_whole_reads(twins):
    """One whole read may have met a lagging replica; the second, an hour later, is believed."""
    ids = people(twins, 10)
    session, entity = contacts(twins)
    fetch(session, entity)
    hide(twins, CUSTOMERP, ids[0])
    alive = []
    for wait in (0, 60, 3600):
        twins.clock.tick(wait)
        fetch(session, entity, full=True)
        alive.append(raw.live_count(twins.db, entity))

    assert alive == [10, 10, 9]


def test_a_record_that_reappears_was_never_gone(twins):
    """Seen again between two whole reads, a record starts over."""
    ids = people(twins, 10)
    session, entity = contacts(twins)
    fetch(session, entity)
    port = twins.ends[CUSTOMERP]
    kept = port._rows._rows["contact"][ids[0]]
    hide(twins, CUSTOMERP, ids[0])
    fetch(session, entity, full=True)
    port._rows._rows["contact"][ids[0]] = kept
    twins.clock.tick(3600)
    fetch(session, entity, full=True)
    hide(twins, CUSTOMERP, ids[0])
    fetch(session, entity, full=True)

    assert raw.live_count(twins.db, entity) == 10


def test_a_whole_read_that_shrinks_stops_the_run(twins):
    """A listing with far fewer records than known stores nothing and names the numbers."""
    ids = people(twins, 10)
    session, entity = contacts(twins)
    fetch(session, entity)
    for record in ids[:3]:
        hide(twins, CUSTOMERP, record)
    with pytest.raises(GuardError, match="lists 7 records where 10"):
        fetch(session, entity, full=True)

    assert twins.db.count("SELECT count(*) FROM raw.customerp_contact WHERE _missing_since IS NOT NULL") == 0


def test_a_line_its_document_no_longer_lists_is_gone(twins):
    """Customerp's lines have no tombstones of their own; the document's page says which are left."""
    order = twins.add("order", CUSTOMERP, order_date="2026-03-01", lines=[{"quantity": "1"}, {"quantity": "2"}])
    session = twins.session()
    entity = session.entity(session.pairs["order"], CUSTOMERP)
    fetch(session, entity)
    first, second = twins.live("order_line", CUSTOMERP)
    twins.remove("order_line", CUSTOMERP, first)
    fetch(session, entity)
    rows = twins.db.rows("SELECT _id, _deleted, _parent FROM raw.customerp_order_line ORDER BY _id")

    assert rows == [(first, True, order), (second, False, order)]


def test_lines_go_with_their_document(twins):
    """A tombstone of a document lists no lines; they are deleted with it, and back when it is."""
    order = twins.add("order", CUSTOMERP, order_date="2026-03-01", lines=[{"quantity": "1"}])
    session = twins.session()
    entity = session.entity(session.pairs["order"], CUSTOMERP)
    fetch(session, entity)
    page = twins.ends[CUSTOMERP].read(entity, ids=[order])
    gone = page.frames["order"].with_columns(_deleted=pl.lit(value=True))
    keep_page(session, entity, Page(frames={"order": gone, "order_line": page.frames["order_line"].clear()}))
    deleted = twins.db.rows("SELECT _deleted FROM raw.customerp_order_line")
    keep_page(session, entity, page)

    assert (deleted, twins.db.rows("SELECT _deleted FROM raw.customerp_order_line")) == ([(True,)], [(False,)])


def test_a_property_declared_later_is_read_of_every_record(twins):
    """An end with a new property is read whole, so that what it holds is not taken for empty."""
    pair = twins.pairs["contact"]
    narrow = replace(pair, properties=tuple(p for p in pair.properties if p.name != "department"))
    whole, twins.pairs = twins.pairs, dict(twins.pairs) | {"contact": narrow}
    here = twins.add("contact", SALESFORCE, last_name="Berg", email="a@x.no", Department="North")
    there = twins.add("contact", CUSTOMERP, last_name="Berg", email="a@x.no", department="North")
    twins.cycle(**ONLY)
    twins.pairs = whole
    for end in twins.ends.values():
        end._entities["contact"] = whole["contact"].entity(end.system)
    twins.edit("contact", CUSTOMERP, there, job_title="Boss")
    twins.cycle(**ONLY)

    assert [
        twins.ends[s].get("contact", i)[p]
        for s, i, p in ((SALESFORCE, here, "Department"), (CUSTOMERP, there, "department"))
    ] == ["North", "North"]
    assert twins.db.count("SELECT count(*) FROM raw.salesforce_contact WHERE \"Department\" = 'North'") == 1


@pytest.fixture
def page(twins):
    """Makes a page of contacts in Salesforce, by their numbers and a first name."""
    session, entity = contacts(twins, SALESFORCE)

    def make(*numbers, name="Ann", **told):
        rows = [
            {"_id": f"003{n:015d}", "_stamp": session.clock(), "_version": name, "_deleted": False, "FirstName": name}
            for n in numbers
        ]
        return Page(frames={"contact": pl.DataFrame(rows, schema=raw_schema(entity))}, **told)

    return session, entity, make


def test_small_pages_are_stored_together(page):
    """Those that tell of more than rows stay by themselves, and order is kept."""
    _, entity, make = page
    reject = Reject(entity="contact", id="x", property="Id", reason="none", raw="")
    pages = [make(1), make(2, 3), make(4), make(rejects=(reject,)), make(5), make(6, cursor="c")]
    sizes = [(one.frames["contact"].height, len(one.rejects), one.cursor) for one in gathered(entity, pages, rows=3)]

    assert sizes == [(3, 0, None), (1, 0, None), (0, 1, None), (1, 0, None), (1, 0, "c")]


@pytest.mark.parametrize("count", [3, 500])
def test_many_rows_are_news_as_few_are(page, count):
    """Whatever way is taken to find what is known: new rows, changed ones and those told twice count once."""
    session, entity, make = page
    half = count // 2
    first = keep_page(session, entity, make(*range(half)))
    again = keep_page(session, entity, make(*range(count)))
    changed = keep_page(session, entity, Page.joined([make(*range(count)), make(*range(half, count), name="Bo")]))

    assert (first, again, changed) == (half, count - half, count - half)
    names = session.db.rows('SELECT "FirstName", count(*) FROM raw."salesforce_contact" GROUP BY ALL ORDER BY ALL')
    assert names == [("Ann", half), ("Bo", count - half)]
