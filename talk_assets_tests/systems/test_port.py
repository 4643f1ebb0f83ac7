"""What every end promises: Salesforce, Customerp, and both as they are played in memory."""

import threading

from talk_assets.model.changes import Op, Outcome
from talk_assets.model.system import System
from talk_assets.systems.port import RAW_SCHEMA


def outcomes(written):
    return [receipt.outcome for receipt in written.receipts]


def edit(end, entity, record_id, **values):
    """Change a record as somebody else would."""
    own = {end.paths[name]: text for name, text in values.items()}
    if end.outsider is None:
        end.port.edit(entity, record_id, own)
        return
    row = end.outsider.read(end.entities[entity], ids=[record_id]).frames[entity].to_dicts()[0]
    written = end.send(
        end.write(entity, Op.UPDATE, values, id=record_id, version=row["_version"]), through=end.outsider
    )
    assert outcomes(written) == [Outcome.APPLIED]


def test_create_answers_with_the_stored_record(end):
    """A created record comes back with its id, our key and what the end made of the values."""
    written = end.send(end.contact("k1", first=" Ada "))
    stored = written.stored.frames["contact"].to_dicts()

    assert outcomes(written) == [Outcome.APPLIED]
    assert [(row["_id"], row["_key"], row["_deleted"]) for row in stored] == [(written.receipts[0].id, "k1", False)]
    assert stored[0][end.paths["first"]] == "Ada"


def test_create_with_a_known_key_finds_the_record(end):
    """Sending a create twice makes one record, is told so, and overwrites nothing."""
    first = end.send(end.contact("k1", first="Ada"))
    again = end.send(end.contact("k1", first="Grace"), end.contact("k2"))

    assert outcomes(again) == [Outcome.EXISTS, Outcome.APPLIED]
    assert again.receipts[0].id == first.receipts[0].id
    row = end.port.read(end.entities["contact"], keys=["k1"]).frames["contact"].to_dicts()[0]
    assert row[end.paths["first"]] == "Ada"
    assert first.receipts[0].id in again.stored.frames["contact"]["_id"].to_list()


def test_update_answers_with_the_stored_value(end):
    """An update changes what it names, nothing else, and returns what is stored now."""
    created = end.send(end.contact("k1", first="Ada", city="London"))
    row = created.stored.frames["contact"].to_dicts()[0]
    update = end.write("contact", Op.UPDATE, {"city": " Ulm ", "first": None}, id=row["_id"], version=row["_version"])
    written = end.send(update)
    stored = written.stored.frames["contact"].to_dicts()[0]

    assert outcomes(written) == [Outcome.APPLIED]
    assert (stored[end.paths["city"]], stored[end.paths["first"]]) == ("Ulm", None)
    assert stored[end.paths["last"]] == "Byron"
    assert stored["_version"] != row["_version"] or end.port.capabilities.needs_reread


def test_update_of_a_moved_record_is_stale(end):
    """An end that can compare refuses to overwrite somebody else's change; the others say they cannot."""
    row = end.send(end.contact("k1", city="London")).stored.frames["contact"].to_dicts()[0]
    edit(end, "contact", row["_id"], city="Paris")
    written = end.send(end.write("contact", Op.UPDATE, {"city": "Ulm"}, id=row["_id"], version=row["_version"]))

    expected = Outcome.STALE if end.port.capabilities.compare_and_set else Outcome.APPLIED
    assert outcomes(written) == [expected]
    assert end.port.capabilities.needs_reread is not end.port.capabilities.compare_and_set


def test_update_after_our_own_update_is_not_stale(end):
    """Two updates planned from one reading both apply: only our own write came between."""
    row = end.send(end.contact("k1")).stored.frames["contact"].to_dicts()[0]
    one = end.write("contact", Op.UPDATE, {"city": "Ulm"}, id=row["_id"], version=row["_version"])
    two = end.write("contact", Op.UPDATE, {"first": "Ada"}, id=row["_id"], version=row["_version"])

    assert outcomes(end.send(one)) + outcomes(end.send(two)) == [Outcome.APPLIED, Outcome.APPLIED]


def test_deleted_record_is_gone_and_leaves_a_tombstone(end):
    """After a delete an update finds nothing, and the next fetch tells of the deletion."""
    row = end.send(end.contact("k1"), end.contact("k2")).stored.frames["contact"].to_dicts()[0]
    _, cursor = end.fetch("contact")
    delete = end.write("contact", Op.DELETE, id=row["_id"], version=row["_version"])
    deleted = end.send(delete)
    late = end.send(end.write("contact", Op.UPDATE, {"city": "Ulm"}, id=row["_id"], version=row["_version"]))
    rows, _ = end.fetch("contact", cursor)

    assert (outcomes(deleted), outcomes(late)) == ([Outcome.APPLIED], [Outcome.GONE])
    assert rows[row["_id"]]["_deleted"] is True


def test_fetch_brings_what_changed_since_its_cursor(end):
    """A full fetch brings everything, the next one what moved, edits and new records alike."""
    end.send(*[end.contact(f"k{n}") for n in range(5)])
    rows, cursor = end.fetch("contact")
    known = {row["_key"]: row["_id"] for row in rows.values()}
    edit(end, "contact", known["k3"], city="Ulm")
    new = end.send(end.contact("k9")).receipts[0].id
    moved, later = end.fetch("contact", cursor)

    assert {f"k{n}" for n in range(5)} <= set(known)
    assert {known["k3"], new} <= set(moved)
    assert moved[known["k3"]][end.paths["city"]] == "Ulm"
    assert end.fetch("contact", later)[1] == later


def test_frames_have_the_declared_columns(end):
    """Every frame starts with the raw columns and holds one text column per declared path."""
    page = next(iter(end.port.fetch(end.entities["contact"], None)))
    columns = page.frames["contact"].schema

    assert dict(columns) == dict(RAW_SCHEMA) | dict.fromkeys(end.entities["contact"].paths, columns["_id"])


def test_document_is_created_with_all_its_lines_or_not_at_all(end):
    """One bad line keeps its document out and no other; the receipts say which line it was."""
    written = end.send(end.order("o1", ["2.5", "1"]), end.order("o2", ["1", "0", "3"]), end.order("o3", ["4"]))
    bad = written.receipts[1]

    assert outcomes(written) == [Outcome.APPLIED, Outcome.REFUSED, Outcome.APPLIED]
    assert [line.outcome for line in bad.lines] == [Outcome.NOT_APPLIED, Outcome.REFUSED, Outcome.NOT_APPLIED]
    assert bad.problem is not None
    assert end.port.read(end.entities["order"], keys=["o2"]).frames["order"].height == 0
    assert set(end.lines()) == {"o1-0", "o1-1", "o3-0"}


def test_created_lines_are_told_with_their_document(end):
    """Receipts and stored frames name every line, with the document as its owner."""
    written = end.send(end.order("o1", ["2.5", "1"]))
    stored = {row["_key"]: row for row in written.stored.frames["order_line"].to_dicts()}
    receipt = written.receipts[0]

    assert [line.id for line in receipt.lines] == [stored["o1-0"]["_id"], stored["o1-1"]["_id"]]
    assert {row["_parent"] for row in stored.values()} == {receipt.id}
    assert float(stored["o1-0"][end.paths["quantity"]]) == 2.5


def test_document_sent_again_exists(end):
    """A document whose answer was lost is found by its key, with its lines, when it is sent again."""
    first = end.send(end.order("o1", ["2", "1"]))
    again = end.send(end.order("o1", ["2", "1"]), end.order("o2", ["1"]))

    assert outcomes(again) == [Outcome.EXISTS, Outcome.APPLIED]
    assert again.receipts[0].id == first.receipts[0].id
    assert [line.id for line in again.receipts[0].lines] == [line.id for line in first.receipts[0].lines]
    assert len(end.lines()) == 3


def test_lines_change_one_by_one(end):
    """Lines are changed, removed and added, and a refused one does not stop those after it."""
    order = end.send(end.order("o1", ["2", "1", "3"]))
    document = order.stored.frames["order"].to_dicts()[0]
    first, second, third = (line.id for line in order.receipts[0].lines)
    facts = {"parent_id": document["_id"], "version": document["_version"]}
    wrong = end.write("order_line", Op.UPDATE, {"quantity": "0"}, id=first, **facts)
    right = end.write("order_line", Op.UPDATE, {"quantity": "7"}, id=second, **facts)
    removed = end.write("order_line", Op.DELETE, id=third, **facts)
    added = end.write("order_line", Op.CREATE, {**end.line_values, "quantity": "5"}, key="new", **facts)

    if end.port.system is System.CUSTOMERP:
        written = outcomes(end.send(wrong, right, removed, added))
    else:
        written = outcomes(end.send(wrong, right)) + outcomes(end.send(removed)) + outcomes(end.send(added))
    assert written == [Outcome.REFUSED, *[Outcome.APPLIED] * 3]
    quantities = {key: float(row[end.paths["quantity"]]) for key, row in end.lines().items()}
    assert quantities == {"o1-0": 2, "o1-1": 7, "new": 5}


def test_line_change_moves_its_document(end):
    """A document is fetched again after a change of one of its lines."""
    order = end.send(end.order("o1", ["2"]))
    row = order.stored.frames["order"].to_dicts()[0]
    _, cursor = end.fetch("order")
    line = order.receipts[0].lines[0].id
    change = end.write(
        "order_line", Op.UPDATE, {"quantity": "7"}, id=line, parent_id=row["_id"], version=row["_version"]
    )

    assert outcomes(end.send(change)) == [Outcome.APPLIED]
    assert row["_id"] in end.fetch("order", cursor)[0]


def test_read_leaves_out_what_is_not_there(end):
    """Reading by id and by key returns each record once and nothing for unknown names."""
    created = end.send(end.contact("k1"), end.contact("k2"))
    ids = [receipt.id for receipt in created.receipts]
    page = end.port.read(end.entities["contact"], ids=[ids[0]], keys=["k2", "k1", "unknown"])

    assert sorted(page.frames["contact"]["_id"]) == sorted(ids)


def test_batches_keep_order_and_size(end):
    """A long list is split into what the end takes at once, nothing lost and in order."""
    writes = [end.contact(f"k{n}") for n in range(1100)]
    batches = end.port.batches(end.entities["contact"], writes)

    assert [write for batch in batches for write in batch] == writes
    assert max(map(len, batches)) == (200 if end.port.system is System.SALESFORCE else 500)


def test_batches_keep_the_lines_of_a_document_together(end):
    """No document's lines are spread over two batches."""
    writes = [
        end.write("order_line", Op.UPDATE, {"quantity": "1"}, id=f"L{n}", parent_id=f"D{n % 7}") for n in range(1050)
    ]
    batches = end.port.batches(end.entities["order_line"], writes)
    owners = [{write.parent_id for write in batch} for batch in batches]

    assert sum(map(len, batches)) == 1050
    assert sum(map(len, owners)) == 7


def test_batches_count_lines(end):
    """A batch of documents holds no more records than the end takes, their lines included."""
    writes = [end.order(f"o{n}", ["1"] * 9) for n in range(50)]
    sizes = [sum(1 + len(w.lines) for w in batch) for batch in end.port.batches(end.entities["order"], writes)]

    assert max(sizes) <= (200 if end.port.system is System.SALESFORCE else 500)


def test_head_differs_after_a_change(end):
    """The doorbell's token of what changed is another one; asking makes at most one call per five kinds."""
    row = end.send(end.contact("k1")).stored.frames["contact"].to_dicts()[0]
    kinds = [end.entities["contact"], end.entities["order"]]
    before = end.port.head(kinds, {})
    calls = end.port.calls.total
    edit(end, "contact", row["_id"], city="Ulm")
    after = end.port.head(kinds, before)

    assert after["contact"] != before["contact"]
    assert set(after) == {"contact", "order"}
    assert end.port.calls.total - calls <= (2 if end.outsider is None else 1)


def test_calls_are_counted(end):
    """Reads and writes are counted; what is written is told apart."""
    before = (end.port.calls.total, end.port.calls.writes)
    end.send(end.contact("k1"))
    end.fetch("contact")

    assert end.port.calls.writes == before[1] + 1
    assert end.port.calls.total > before[0] + 1
    assert sum(end.port.calls.by_kind.values()) >= end.port.calls.total


def test_several_threads_write_side_by_side(end):
    """Four batches at once create every record once, and every request is counted."""
    before = end.port.calls.writes
    batches = [[end.contact(f"t{thread}-{n}") for n in range(20)] for thread in range(4)]
    written = []
    threads = [threading.Thread(target=lambda b=batch: written.append(end.send(*b))) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows, _ = end.fetch("contact")

    assert {outcome for one in written for outcome in outcomes(one)} == {Outcome.APPLIED}
    assert len({row["_key"] for row in rows.values() if row["_key"].startswith("t")}) == 80
    assert end.port.calls.writes - before == 4


def test_identity_is_asked_once(end):
    """An end says who it is; asking again costs no call."""
    first = end.port.identify()
    calls = end.port.calls.total

    assert end.port.identify() == first
    assert first.tenant
    assert end.port.calls.total == calls
