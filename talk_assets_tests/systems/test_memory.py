"""The end in memory: what only it has, and that it repeats exactly."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from talk_assets.model.changes import Op, Outcome, Problem, Write
from talk_assets.model.system import System
from talk_assets.model.wire import Entity, Field, Wire
from talk_assets.systems.memory import MemoryPort
from talk_assets.systems.memory_rules import Rules

LINE = Entity(
    name="line",
    system=System.CUSTOMERP,
    resource="lines",
    nested_at="lines",
    key_path="externalKey",
    fields=(Field(path="amount", wire=Wire.NUMBER),),
)
DOCUMENT = Entity(
    name="document",
    system=System.CUSTOMERP,
    resource="documents",
    key_path="externalKey",
    fields=(Field(path="title"), Field(path="total", wire=Wire.NUMBER)),
    children=(LINE,),
)
NOTE = Entity(name="note", system=System.SALESFORCE, resource="Note", key_path="Key__c", fields=(Field(path="Text"),))


def totals(_, entity, __, lines):
    return {"total": str(sum(int(line["amount"]) for line in lines))} if entity == "document" else {}


def clock():
    return datetime(2026, 3, 14, 9, 30, 15, 123456, UTC)


def documents(**rules):
    return MemoryPort(system=System.CUSTOMERP, entities={"document": DOCUMENT}, clock=clock, rules=Rules(**rules))


def notes(**facts):
    return MemoryPort(system=System.SALESFORCE, entities={"note": NOTE}, clock=clock, **facts)


def create(text, key):
    return Write(intent_id=key, entity="note", op=Op.CREATE, values={"Text": text}, key=key)


def rows(port, entity, cursor=None):
    pages = list(port.fetch(entity, cursor))
    return [row for page in pages for row in page.frames[entity.name].to_dicts()], pages[-1].cursor


def test_users_edits_are_fetched():
    """What a test does as a user shows like any change: added, edited, removed, restored."""
    time = iter(clock() + timedelta(hours=n) for n in range(20))
    port = MemoryPort(system=System.SALESFORCE, entities={"note": NOTE}, clock=lambda: next(time))
    record_id = port.add("note", {"Text": "a"})
    _, cursor = rows(port, NOTE)
    port.edit("note", record_id, {"Text": "b"})
    edited, cursor = rows(port, NOTE, cursor)
    port.remove("note", record_id)
    removed, cursor = rows(port, NOTE, cursor)
    gone = port.get("note", record_id)
    port.restore("note", record_id)
    restored, cursor = rows(port, NOTE, cursor)

    assert [row["Text"] for row in edited] == ["b"]
    assert ([row["_deleted"] for row in removed], gone) == ([True], None)
    assert [row["_deleted"] for row in restored] == [False]
    assert rows(port, NOTE, cursor)[0] == []


def test_salesforce_reads_again_what_may_have_committed_late():
    """A row that shows after a fetch with a stamp from before it is brought by the next, within the lookback only."""
    port = notes(lookback=timedelta(minutes=10))
    _, cursor = rows(port, NOTE)
    for text, late in (("kept", timedelta(minutes=10)), ("missed", timedelta(minutes=10, seconds=1))):
        with port.stamped(clock() - late):
            port.add("note", {"Text": text})

    assert [row["Text"] for row in rows(port, NOTE, cursor)[0]] == ["kept"]


def test_salesforce_dates_its_cursor_by_its_answers():
    """The cursor is the time the answers show, and never goes back."""
    ahead = notes(date=lambda: clock() + timedelta(seconds=90))
    _, cursor = rows(ahead, NOTE)

    assert json.loads(cursor) == {"stamp": "2026-03-14T09:31:45+00:00"}
    assert rows(notes(), NOTE, cursor)[1] == cursor


@pytest.mark.parametrize("end", [notes, documents])
def test_pages_show_rows_as_they_are_when_read(end):
    """A row that is edited between two pages is brought with its new value, and none is left out."""
    port, entity = (end(rules=Rules(page=2)), NOTE) if end is notes else (end(page=2), DOCUMENT)
    path = entity.paths[0]
    ids = [port.add(entity.name, {path: str(n)}) for n in range(4)]
    pages = port.fetch(entity, None)
    found = next(pages).frames[entity.name]["_id"].to_list()
    port.edit(entity.name, ids[3], {path: "new"})
    rest = [row for page in pages for row in page.frames[entity.name].to_dicts()]

    assert sorted({*found, *(row["_id"] for row in rest)}) == ids
    assert [row[path] for row in rest if row["_id"] == ids[3]] == ["new"]


def test_touch_without_change_is_fetched():
    """An end may move a record's stamp though nothing changed."""
    port = notes()
    record_id = port.add("note", {"Text": "a"})
    _, cursor = rows(port, NOTE)
    port.edit("note", record_id, {})

    assert [row["Text"] for row in rows(port, NOTE, cursor)[0]] == ["a"]


def test_stamps_have_the_ends_own_grain():
    """Salesforce keeps whole seconds, Customerp microseconds."""
    port, other = notes(), documents()
    port.add("note", {"Text": "a"})
    other.add("document", {"title": "a"})

    assert rows(port, NOTE)[0][0]["_stamp"] == clock().replace(microsecond=0)
    assert rows(other, DOCUMENT)[0][0]["_stamp"] == clock()


def test_derived_values_follow_lines():
    """The document's own values are computed again with each change of a line."""
    port = documents(derive=totals)
    record_id = port.add("document", {"title": "a"}, lines=[("line", {"amount": "2"}), ("line", {"amount": "3"})])
    first = next(iter(port.live("line")))
    before = port.get("document", record_id)["total"]
    port.edit("line", first, {"amount": "10"})
    middle = port.get("document", record_id)["total"]
    port.remove("line", first)

    assert (before, middle, port.get("document", record_id)["total"]) == ("5", "13", "3")


def test_removed_line_leaves_its_document():
    """A nested line that is removed is no longer among the document's lines, and has no tombstone."""
    port = documents()
    port.add("document", {"title": "a"}, lines=[("line", {"amount": "2"}), ("line", {"amount": "3"})])
    first, second = port.live("line")
    port.remove("line", first)
    page = next(iter(port.fetch(DOCUMENT, None)))

    assert page.frames["line"].select("_id", "_deleted").rows() == [(second, False)]


def test_values_are_normalised_as_told():
    """An end may store something else than it was given, or nothing."""
    port = notes(rules=Rules(normalise=lambda _, __, text: text.upper() if text != "drop" else None))
    written = port.write(NOTE, [create("abc", "k1"), create("drop", "k2")])

    assert written.stored.frames["note"]["Text"].to_list() == ["ABC", None]


def test_rules_refuse():
    """A refused write changes nothing and says why."""
    problem = Problem(code="NO", message="no")
    port = notes(rules=Rules(refuse=lambda _, __, values: problem if values["Text"] == "bad" else None))
    record_id = port.add("note", {"Text": "good"})
    update = Write(intent_id="u", entity="note", op=Op.UPDATE, values={"Text": "bad"}, id=record_id)
    written = port.write(NOTE, [update, create("bad", "k1"), create("fine", "k2")])

    assert [r.outcome for r in written.receipts] == [Outcome.REFUSED, Outcome.REFUSED, Outcome.APPLIED]
    assert [r.problem for r in written.receipts] == [problem, problem, None]
    assert sorted(v["Text"] for v in port.live("note").values()) == ["fine", "good"]


def test_edits_can_fall_between_calls():
    """A hook before each call stands for everybody else who uses the end meanwhile."""
    seen = []
    port = notes(rules=Rules(on_call=seen.append))
    port.write(NOTE, [create("a", "k1")])
    rows(port, NOTE)
    port.read(NOTE, keys=["k1"])
    port.head([NOTE], {})

    assert seen == ["write", "fetch", "read", "head"]
    assert port.calls.total == 4


def test_write_requests_are_remembered():
    """Every write request is kept as it arrived, so a quiet cycle can be proven."""
    port = notes()
    rows(port, NOTE)
    quiet = list(port.requests)
    port.write(NOTE, [create("a", "k1")])

    assert quiet == []
    assert [(r.entity, [w.key for w in r.writes]) for r in port.requests] == [("note", ["k1"])]


def test_key_set_later_is_found():
    """A record that gets our key by an update is found by it."""
    port = notes()
    record_id = port.add("note", {"Text": "a"})
    port.write(NOTE, [Write(intent_id="u", entity="note", op=Op.UPDATE, values={"Key__c": "k1"}, id=record_id)])

    assert port.read(NOTE, keys=["k1"]).frames["note"]["_id"].to_list() == [record_id]
    assert port.write(NOTE, [create("b", "k1")]).receipts[0].outcome is Outcome.EXISTS


def test_salesforce_frees_the_key_of_a_deleted_record():
    """A key in the recycle bin can be used again there, not in Customerp."""
    port, other = notes(), documents()
    port.remove("note", port.add("note", {"Text": "a"}, key="k1"))
    other.remove("document", other.add("document", {"title": "a"}, key="k1"))
    again = Write(intent_id="i", entity="document", op=Op.CREATE, values={}, key="k1")

    assert port.write(NOTE, [create("b", "k1")]).receipts[0].outcome is Outcome.APPLIED
    assert other.write(DOCUMENT, [again]).receipts[0].outcome is Outcome.EXISTS


@pytest.mark.parametrize("size", [1, 2, 5])
def test_pages_are_as_long_as_told(size):
    """Only the last page has the cursor, however many there are."""
    port = notes(rules=Rules(page=size))
    for n in range(4):
        port.add("note", {"Text": str(n)})
    pages = list(port.fetch(NOTE, None))

    assert [row["Text"] for page in pages for row in page.frames["note"].to_dicts()] == list("0123")
    assert [page.cursor is None for page in pages] == [True] * (len(pages) - 1) + [False]


def test_same_calls_give_the_same_end():
    """Nothing depends on the time of day, on hashes or on chance."""

    def play():
        port = documents(derive=totals)
        port.add("document", {"title": "a"}, lines=[("line", {"amount": "2"})])
        port.write(
            DOCUMENT,
            [Write(intent_id=f"i{n}", entity="document", op=Op.CREATE, values={}, key=f"k{n}") for n in (2, 1)],
        )
        return rows(port, DOCUMENT)

    assert play() == play()
