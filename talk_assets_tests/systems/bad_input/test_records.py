"""One bad record in a good answer is set aside, wherever it comes from, and all its neighbours are read."""

import itertools
import json

import polars as pl
import pytest

from talk_assets.entities import LOOKUPS
from talk_assets.mapped.translate import translate
from talk_assets.model.changes import Outcome
from talk_assets.model.errors import PeerAnswerError
from talk_assets.model.system import System
from talk_assets.systems.records import empty
from talk_assets_tests.systems.bad_input.ends import PAIRS_OF
from talk_assets_tests.systems.bad_input.messages import check
from talk_assets_tests.systems.bad_input.records import CASES, GONE, QUARANTINE, STOP, TAKEN, Exactly

NUMBERS = itertools.count()
TARGET = 0
"""Which record of an answer is changed: not the last, by which Salesforce pages go on."""


def spoils(end, position, case):
    """Return the change of an answer in which one record is as *case* says."""

    def change(reply):
        value = json.loads(reply.body, parse_float=Exactly)
        record = end.records(position, value)[TARGET]
        name = end.own.get(case.property, "oddProperty")
        if case.value is GONE:
            record.pop(name, None)
        else:
            record[name] = case.value
        exact = {}

        def kept(inner):
            if isinstance(inner, Exactly):
                exact[f"@{len(exact)}@"] = inner
                return f"@{len(exact) - 1}@"
            if isinstance(inner, dict):
                return {key: kept(part) for key, part in inner.items()}
            return [kept(part) for part in inner] if isinstance(inner, list) else inner

        text = json.dumps(kept(value))
        for mark, digits in exact.items():
            text = text.replace(f'"{mark}"', digits)
        return reply.with_body(text.encode()).sent()

    return change


def once(matches):
    """Match the first request alone that *matches*."""
    met = []

    def first(asked):
        if met or not matches(asked):
            return False
        met.append(asked)
        return True

    return first


def entity_of(end, kind):
    names = {"contact": "contact", "number": "pricebook_entry" if end.system is System.SALESFORCE else "product"}
    return end.entities[names[kind]]


def read(end, position, kind, ids):
    entity, port = entity_of(end, kind), end.port()
    pages = [port.read(entity, ids=ids)] if position == "by id" else list(port.fetch(entity, None))
    frame = pl.concat([page.frames[entity.name] for page in pages])
    return frame, [reject for page in pages for reject in page.rejects], pages[-1].cursor


def set_aside(end, kind, frame):
    """The ids of rows that the contract of their pair does not let through."""
    pair, lookups = PAIRS_OF[kind], {}
    if end.system is System.SALESFORCE:
        lookups = {"account": empty(LOOKUPS["account"])}
    if kind == "number" and end.system is System.SALESFORCE:
        lookups = {"pricebook_entry": frame}
        products = pl.concat([page.frames["product"] for page in end.port().fetch(end.entities["product"], None)])
        bad = translate(pair, end.system, products, lookups=lookups).violations["_id"]
        return set(frame.filter(pl.col("Product2Id").is_in(bad.to_list()))["_id"])
    return set(translate(pair, end.system, frame, lookups=lookups).violations["_id"])


@pytest.fixture(scope="module")
def honest(behind):
    """What each kind's list truly says: ids in order, and the rows."""
    found = {}
    for kind in ("contact", "number"):
        frame, rejects, _ = read(behind, "first page", kind, [])
        assert rejects == []
        found[kind] = frame
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("position", ["first page", "later page", "by id"])
def test_bad_record_is_set_aside_alone(end, honest, case, position):
    """What one record is does not keep any other from being read."""
    true = honest[case.kind]
    ids = true["_id"].to_list()
    target = ids[2] if position == "later page" else ids[0]
    asked = ids[:2]
    end.relay.spoil(once(end.where(position, case.kind)), spoils(end, position, case))
    if case.expected == STOP:
        with pytest.raises(PeerAnswerError) as stop:
            read(end, position, case.kind, asked)
        check(str(stop.value), end.system)
        return
    frame, rejects, cursor = read(end, position, case.kind, asked)
    end.relay.heal()
    neighbours = true.filter((pl.col("_id") != target) & pl.col("_id").is_in(asked if position == "by id" else ids))
    aside = {target} - set(frame["_id"]) | set_aside(end, case.kind, frame)

    assert frame.filter(pl.col("_id").is_in(neighbours["_id"].to_list())).equals(neighbours)
    # A record that Salesforce leaves out of an answer is asked for once more, as it may be in the recycle bin.
    asked_again = end.system is System.SALESFORCE and position == "by id" and case.property == "id"
    assert aside == ({target} if case.expected == QUARANTINE and not asked_again else set())
    assert len(rejects) <= 1
    for reject in rejects:
        assert reject.id in (target, "") or case.property == "id"
        assert len(reject.id) <= 200
        assert "\n" not in reject.reason
    if position != "by id":
        nameless = case.property == "id" and not (isinstance(case.value, str) and case.value)
        assert (cursor is None) is nameless


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_record_in_the_answer_to_a_write_refuses_nothing(end, case):
    """The write was carried out: it counts as done or is left open, and is never taken for refused."""
    if case.kind != "contact":
        pytest.skip("contacts are written here")
    position = "write"
    writes = [end.contact(f"w{next(NUMBERS)}") for _ in range(2)]
    end.relay.spoil(end.where(position, case.kind), spoils(end, position, case))
    written = end.port().write(end.entities["contact"], writes)
    end.relay.heal()
    found = end.port().read(end.entities["contact"], keys=[write.key for write in writes]).frames["contact"]
    true = dict(found.select("_key", "_id").iter_rows())

    for write, receipt in zip(writes, written.receipts, strict=True):
        assert receipt.outcome in {Outcome.APPLIED, Outcome.AMBIGUOUS}
        assert receipt.outcome is Outcome.AMBIGUOUS or receipt.id == true[write.key]
    if case.expected == STOP:
        assert {receipt.outcome for receipt in written.receipts} == {Outcome.AMBIGUOUS}
    elif case.expected == TAKEN:
        assert {receipt.outcome for receipt in written.receipts} == {Outcome.APPLIED}
    assert written.receipts[1].outcome is Outcome.APPLIED or case.expected == STOP
