"""What becomes of a record in an end in memory: deleted with its lines, merged away, purged."""

from datetime import UTC, datetime

import pytest

from talk_assets.model.changes import Op, Outcome, Write
from talk_assets.model.system import System
from talk_assets.model.wire import Entity, Field
from talk_assets.systems.memory import MemoryPort

LINE = Entity(name="line", system=System.CUSTOMERP, resource="lines", nested_at="lines", fields=(Field(path="text"),))
DOCUMENT = Entity(
    name="document", system=System.CUSTOMERP, resource="documents", fields=(Field(path="text"),), children=(LINE,)
)
PERSON = Entity(
    name="person",
    system=System.SALESFORCE,
    resource="Person",
    fields=(Field(path="Name"), Field(path="MasterRecordId"), Field(path="BossId")),
    master_path="MasterRecordId",
)
NOTE = Entity(name="note", system=System.SALESFORCE, resource="Note", fields=(Field(path="PersonId"),))
POINT = Entity(
    name="point",
    system=System.SALESFORCE,
    resource="Point",
    parent_path="NoteId",
    fields=(Field(path="NoteId"), Field(path="Text")),
)


def clock():
    return datetime(2026, 3, 14, 9, 30, 15, tzinfo=UTC)


@pytest.fixture
def org():
    return MemoryPort(system=System.SALESFORCE, entities={e.name: e for e in (PERSON, NOTE, POINT)}, clock=clock)


@pytest.fixture
def erp():
    return MemoryPort(system=System.CUSTOMERP, entities={"document": DOCUMENT}, clock=clock)


def news(port, entity, cursor=None):
    pages = list(port.fetch(entity, cursor))
    return [row for page in pages for row in page.frames[entity.name].to_dicts()], pages[-1].cursor


def test_a_merged_record_is_deleted_and_names_the_one_that_stayed(org):
    """Both are news: the loser with its master, the winner as it was."""
    lost, kept = org.add("person", {"Name": "Berk"}), org.add("person", {"Name": "Berg"})
    _, cursor = news(org, PERSON)
    org.merge("person", lost, kept)
    found, _ = news(org, PERSON, cursor)

    assert {(row["_id"], row["_deleted"], row["MasterRecordId"]) for row in found} == {
        (lost, True, kept),
        (kept, False, None),
    }
    assert org.live("person") == {kept: {"Name": "Berg"}}


def test_what_refers_to_a_merged_record_refers_to_the_one_that_stayed(org):
    """Reparented records are news, too; between the two the reference is emptied."""
    kept = org.add("person", {"Name": "Berg"})
    lost = org.add("person", {"Name": "Berk", "BossId": kept})
    org.edit("person", kept, {"BossId": lost})
    note = org.add("note", {"PersonId": lost})
    _, cursor = news(org, NOTE)
    org.merge("person", lost, kept)

    assert org.get("note", note) == {"PersonId": kept}
    assert org.get("person", kept)["BossId"] is None
    assert [row["_id"] for row in news(org, NOTE, cursor)[0]] == [note]


def test_a_restored_loser_is_a_record_of_its_own(org):
    """Taken out of the recycle bin, it names no master."""
    lost, kept = org.add("person", {"Name": "Berk"}), org.add("person", {"Name": "Berg"})
    org.merge("person", lost, kept)
    org.restore("person", lost)

    assert org.get("person", lost)["MasterRecordId"] is None


def test_a_restored_document_has_the_lines_that_went_with_it(org):
    """A line removed before stays removed."""
    note = org.add("note", {})
    before, along = (org.add("point", {"Text": t}, parent_id=note) for t in ("before", "along"))
    org.remove("point", before)
    org.remove("note", note)
    gone = org.live("point")
    org.restore("note", note)

    assert (gone, list(org.live("point"))) == ({}, [along])


def test_a_purged_record_leaves_no_trace(org):
    """It is neither listed, nor news, nor found by its id, and its id is not given again."""
    note = org.add("note", {})
    org.add("point", {"Text": "a"}, parent_id=note)
    _, cursor = news(org, NOTE)
    org.purge("note", note)

    assert (news(org, NOTE)[0], news(org, NOTE, cursor)[0], org.live("point")) == ([], [], {})
    assert org.read(NOTE, ids=[note]).frames["note"].is_empty()
    assert org.add("note", {}) != note


def test_a_line_for_a_deleted_document_is_refused(erp, org):
    """Neither end adds to what is in its recycle bin."""
    for port, holder, line in ((erp, "document", LINE), (org, "note", POINT)):
        document = port.add(holder, {})
        port.remove(holder, document)
        write = Write(intent_id="i", entity=line.name, op=Op.CREATE, values={}, key="k", parent_id=document)

        assert port.write(line, [write]).receipts[0].outcome is Outcome.REFUSED
