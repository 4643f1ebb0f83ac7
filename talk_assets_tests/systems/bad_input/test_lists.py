"""Lists that lead nowhere, count wrongly or tell a record twice; and ids that would name something else."""

import json

import pytest

from talk_assets.model.changes import Op, Outcome, Write
from talk_assets.model.errors import PeerAnswerError
from talk_assets.model.system import System
from talk_assets.systems.answers import AnswerLimits
from talk_assets_tests.systems.bad_input.ends import RECORDS, TENANT
from talk_assets_tests.systems.bad_input.messages import check
from talk_assets_tests.systems.bad_input.relay import Relay
from talk_assets_tests.systems.bad_input.test_records import once

HOSTILE = (
    "a/b",
    "../orders/1",
    "C1?deleted=include",
    "C1#x",
    "003' OR Id != '",
    "C1%2F..",
    "..",
    "C1,C2",
    "C1\r\nX: 1",
    "",
)


def changed(change):
    """Change the JSON of an answer."""

    def revise(reply):
        value = json.loads(reply.body)
        return reply.with_body(json.dumps(change(value) or value).encode()).sent()

    return revise


def fetch(end, kind="contact"):
    pages = list(end.port().fetch(end.entities[kind], None))
    return [row["_id"] for page in pages for row in page.frames[kind].to_dicts()], pages


@pytest.fixture
def honest(end):
    """The ids of the contacts, in order."""
    ids, _ = fetch(end)
    assert len(set(ids)) == len(ids) >= RECORDS
    return ids


LOOPS = {"to itself, under one name": "again", "to itself, under ever new names": "again-{}", "to the first page": ""}


@pytest.mark.parametrize("how", LOOPS)
def test_pages_that_lead_back_stop_the_read(end, honest, how):
    """The same page under whatever name is known by its end; nothing is read for ever."""
    if end.system is System.SALESFORCE:
        pytest.skip("pages of Salesforce are asked for by place, and the address of the next is not used")
    told = []

    def first_again(reply):
        told.append(reply)
        return changed(lambda value: value.update(next=LOOPS[how].format(len(told))))(told[0])

    end.relay.spoil(lambda asked: "/contacts?" in asked.target, first_again)
    with pytest.raises(PeerAnswerError, match="leads back to an earlier one") as stop:
        fetch(end)

    check(str(stop.value), end.system)
    assert len(told) <= 3
    end.relay.heal()
    assert fetch(end)[0] == honest


def test_next_page_on_another_host_is_never_asked_for(end, honest):
    """Customerp's is a text for its own list; the address that Salesforce gives is not used at all."""
    with_other = Relay(end.relay.url)
    if end.system is System.CUSTOMERP:
        end.relay.spoil(
            end.where("first page", "contact"), changed(lambda value: value.update(next=f"{with_other.url}/steal"))
        )
        with pytest.raises(PeerAnswerError):
            fetch(end)
    else:
        end.relay.spoil(
            end.where("first page", "contact"),
            changed(lambda value: value.update(nextRecordsUrl=f"{with_other.url}/q", done=False)),
        )
        assert fetch(end)[0] == honest
    assert with_other.asked == []
    with_other.close()


@pytest.mark.parametrize("position", ["first page", "later page"])
@pytest.mark.parametrize("told", [1, 10, 0])
def test_more_or_fewer_records_than_told_stop_the_read(end, position, told):
    """Salesforce says how many there are; a list that breaks off looks whole otherwise. Customerp does not count."""
    if end.system is System.CUSTOMERP:
        pytest.skip("Customerp does not count")
    end.relay.spoil(
        once(end.where(position, "contact")), changed(lambda value: value.update(totalSize=told, done=True))
    )
    with pytest.raises(PeerAnswerError, match="not as many as it says") as stop:
        fetch(end)
    check(str(stop.value), end.system)


SAME, LATER, UNCLEAR = "the same again", "as it is later", "otherwise, nobody knows when"


@pytest.mark.parametrize("position", ["first page", "later page"])
@pytest.mark.parametrize("how", [SAME, LATER, UNCLEAR])
def test_record_told_twice_counts_once(end, honest, position, how):
    """The same twice is one; of two versions the later counts; where that cannot be told neither is taken."""

    def twice(value):
        records = end.records(position, value)
        copy = dict(records[0])
        if how != SAME:
            copy[end.own["text"]] = "Changed"
        if how == LATER:
            copy[end.own["stamp"]] = "2099-01-01T00:00:00.000+0000"
        records.insert(1, copy)
        if "totalSize" in value:
            value["totalSize"] += 1

    end.relay.spoil(once(end.where(position, "contact")), changed(twice))
    ids, pages = fetch(end)
    target = honest[0 if position == "first page" else 2]
    rejects = [reject for page in pages for reject in page.rejects]
    frames = [row for page in pages for row in page.frames["contact"].to_dicts() if row["_id"] == target]
    names = [row[end.own["text"]] for row in frames]

    assert sorted(ids) == sorted(i for i in honest if how != UNCLEAR or i != target)
    assert [reject.id for reject in rejects] == ([target] if how == UNCLEAR else [])
    assert how != LATER or names == ["Changed"]


def test_ids_that_differ_in_case_only_are_two(end, honest):
    """Both ends tell upper from lower case."""
    other = honest[1][:15].swapcase() if end.system is System.SALESFORCE else honest[1].swapcase()
    assert other != honest[1][: len(other)]

    def renamed(value):
        end.records("first page", value)[0][end.own["id"]] = other

    end.relay.spoil(once(end.where("first page", "contact")), changed(renamed))
    ids, pages = fetch(end)

    assert len(set(ids)) == len(honest)
    assert ids[0][:15] == other[:15]
    assert not any(page.rejects for page in pages)


def test_short_and_long_id_of_salesforce_are_one(end, honest):
    """An answer with 15 characters is about the record that others call by 18."""
    if end.system is System.CUSTOMERP:
        pytest.skip("Customerp has one spelling")

    def short(value):
        record = end.records("first page", value)[0]
        record["Id"] = record["Id"][:15]

    end.relay.spoil(once(end.where("first page", "contact")), changed(short))

    assert fetch(end)[0] == honest


@pytest.mark.parametrize("bad", HOSTILE)
def test_hostile_id_goes_into_no_request(end, honest, bad):
    """Not as a record to read, update or delete, nor as the document of a line: refused here, and nothing is sent."""
    contact, port = end.entities["contact"], end.port()
    port.identify()
    port.read(contact, ids=honest[:1])
    asked = len(end.relay.asked)
    with pytest.raises(ValueError, match="record id"):
        port.read(contact, ids=[honest[0], bad])
    for op, values in ((Op.UPDATE, {end.own["text"]: "Changed"}), (Op.DELETE, {})):
        write = Write(intent_id="i", entity="contact", op=op, values=values, id=bad, version="1")
        (receipt,) = port.write(contact, [write]).receipts
        assert receipt.outcome is Outcome.REFUSED
        assert bad == "" or bad not in receipt.problem.message
    if end.system is System.CUSTOMERP:
        line = next(iter(end.entities["order"].children))
        write = Write(intent_id="i", entity=line.name, op=Op.CREATE, values={"quantity": "1"}, parent_id=bad)
        assert port.write(line, [write]).receipts[0].outcome is Outcome.REFUSED

    assert len(end.relay.asked) == asked


@pytest.mark.parametrize("bad", HOSTILE)
def test_hostile_id_in_the_answer_to_a_write_is_not_believed(end, bad):
    """Made, but under no usable id; or there already, under none: found again by our key, never under that id."""
    made = end.contact(f"hostile-{HOSTILE.index(bad)}-{end.system}")

    def renamed(value):
        if end.system is System.CUSTOMERP:
            value["results"][0]["record"]["id"] = bad
        else:
            value["compositeResponse"][0]["body"][0]["id"] = bad

    end.relay.spoil(once(end.where("write", "contact")), changed(renamed))
    (receipt,) = end.port().write(end.entities["contact"], [made]).receipts
    assert receipt.outcome is Outcome.AMBIGUOUS
    assert receipt.id is None
    if end.system is System.CUSTOMERP:
        end.relay.spoil(
            once(end.where("write", "contact")),
            changed(lambda value: value["results"][0]["problem"].update(existingId=bad)),
        )
        again = Write(**(vars(made) | {"intent_id": f"again-{made.intent_id}"}))
        (receipt,) = end.port().write(end.entities["contact"], [again]).receipts
        assert (receipt.outcome, receipt.id) == (Outcome.REFUSED, None)
    end.relay.heal()
    found = end.port().read(end.entities["contact"], keys=[made.key]).frames["contact"]
    assert found.height == 1


def test_pages_too_large_to_be_read_become_smaller(end, honest):
    """Documents of many lines fill an answer; only a single record that does is too much, and says so."""
    if end.system is System.SALESFORCE:
        pytest.skip("lines of Salesforce are records of their own")
    sizes = []

    def measured(reply):
        sizes.extend(len(json.dumps(one)) for one in json.loads(reply.body)["items"])
        return reply.sent()

    end.relay.spoil(lambda asked: "/contacts?" in asked.target, measured)
    fetch(end)
    end.relay.heal()
    for most, fits in ((int(max(sizes) * 1.5), True), (max(sizes) // 2, False)):
        small = end.port()
        small._client._limits = AnswerLimits(body=most)
        if fits:
            pages = list(small.fetch(end.entities["contact"], None))
            assert [row["_id"] for page in pages for row in page.frames["contact"].to_dicts()] == honest
            continue
        with pytest.raises(PeerAnswerError, match=f"more than {most:,} bytes") as stop:
            list(small.fetch(end.entities["contact"], None))
        check(str(stop.value), end.system)
    assert TENANT.api_key not in str(stop.value)
