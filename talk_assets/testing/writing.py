"""Rules of writing single records."""

import threading

from talk_assets.model.changes import Outcome
from talk_assets.systems.port import Written
from talk_assets.testing.rule import Rule, claim, expect
from talk_assets.testing.subject import Subject

_THREADS, _EACH = 4, 5
_MANY = 1100


def outcomes(written: Written) -> list[Outcome]:
    """What became of each write."""
    return [receipt.outcome for receipt in written.receipts]


def creation_answers_with_the_record(subject: Subject) -> None:
    """A creation answers with the record as stored: its id, our key, its values, a version and a stamp."""
    kind = subject.record
    key = subject.key()
    written = subject.send(subject.create(kind, key=key, text="Größe 5"))
    rows = written.stored.frames[kind.entity.name].to_dicts()

    expect("outcome", found=outcomes(written), wanted=[Outcome.APPLIED])
    expect("number of stored records", found=len(rows), wanted=1)
    row = rows[0]
    expect("id", found=row["_id"], wanted=written.receipts[0].id)
    expect("key", found=row["_key"], wanted=key)
    expect(kind.text, found=row[kind.text], wanted="Größe 5")
    expect("deleted", found=row["_deleted"], wanted=False)
    claim(row["_version"] is not None and row["_stamp"] is not None, "a stored record has a version and a stamp")


def creation_is_idempotent_by_key(subject: Subject) -> None:
    """A creation with a known key makes no second record, changes nothing, and names the one there is."""
    kind, key = subject.record, subject.key()
    first = subject.send(subject.create(kind, key=key, text="first"))
    again = subject.send(subject.create(kind, key=key, text="second"), subject.create(kind))

    expect("outcomes", found=outcomes(again), wanted=[Outcome.EXISTS, Outcome.APPLIED])
    expect("id of the known record", found=again.receipts[0].id, wanted=first.receipts[0].id)
    rows = subject.port.read(kind.entity, keys=[key]).frames[kind.entity.name].to_dicts()
    expect("records with the key", found=[row[kind.text] for row in rows], wanted=["first"])
    stored = again.stored.frames[kind.entity.name]["_id"].to_list()
    claim(first.receipts[0].id in stored, "the stored records include the one that exists")


def update_changes_what_it_names(subject: Subject) -> None:
    """An update changes the named properties, leaves the others, and answers with the record as stored."""
    kind = subject.record
    row = subject.made(kind, text="before")
    written = subject.send(subject.change(kind, row, "after"))

    expect("outcome", found=outcomes(written), wanted=[Outcome.APPLIED])
    stored = written.stored.frames[kind.entity.name].to_dicts()[0]
    others = [path for path in kind.entity.paths if path != kind.text and path in kind.values]
    expect("the others", found={p: stored[p] for p in others}, wanted={p: row[p] for p in others})
    expect(kind.text, found=stored[kind.text], wanted="after")
    now = subject.read(kind, row)
    expect("as read again", found=now and now[kind.text], wanted="after")
    claim(stored["_stamp"] >= row["_stamp"], "stamps do not go back")


def null_clears_a_property(subject: Subject) -> None:
    """Writing null empties a property, and empty is read as null."""
    kind = subject.record
    row = subject.made(kind, text="before")
    written = subject.send(subject.change(kind, row, None))

    expect("outcome", found=outcomes(written), wanted=[Outcome.APPLIED])
    now = subject.read(kind, row)
    expect(kind.text, found=now and now[kind.text], wanted=None)


def others_changes_are_not_overwritten_unseen(subject: Subject) -> None:
    """A version that has moved on is stale, or the end says that targets must be read again and shows what it met."""
    kind = subject.record
    row = subject.made(kind, text="read")
    subject.edited(kind, row, "theirs")
    written = subject.send(subject.change(kind, row, "ours"))

    can = subject.port.capabilities
    claim(can.compare_and_set or can.needs_reread, "what an end cannot compare itself must be read again")
    if can.compare_and_set:
        expect("outcome", found=outcomes(written), wanted=[Outcome.STALE])
        now = subject.read(kind, row)
        expect("what is stored", found=now and now[kind.text], wanted="theirs")
    else:
        before = None if written.before is None else written.before.frames[kind.entity.name].to_dicts()
        expect("the record before", found=[one[kind.text] for one in before or ()], wanted=["theirs"])


def own_change_is_not_stale(subject: Subject) -> None:
    """A second update planned from the same reading applies: only our own write came between."""
    kind = subject.record
    row = subject.made(kind, text="read")
    first = subject.send(subject.change(kind, row, "one"))
    second = subject.send(subject.change(kind, row, "two"))

    expect("outcomes", found=outcomes(first) + outcomes(second), wanted=[Outcome.APPLIED] * 2)
    now = subject.read(kind, row)
    expect("what is stored", found=now and now[kind.text], wanted="two")


def each_write_is_judged_by_itself(subject: Subject) -> None:
    """A refused record stops no other: one receipt a write, in order, and the refusal has its reason."""
    kind = subject.record
    writes = [subject.create(kind), subject.refused(kind), subject.create(kind)]
    written = subject.send(*writes)

    expect("intents", found=[r.intent_id for r in written.receipts], wanted=[w.intent_id for w in writes])
    expect("outcomes", found=outcomes(written), wanted=[Outcome.APPLIED, Outcome.REFUSED, Outcome.APPLIED])
    problem = written.receipts[1].problem
    claim(problem is not None and bool(problem.message), "a refusal says why")


def update_of_a_deleted_record_is_gone(subject: Subject) -> None:
    """An update of a deleted record says gone, and the others of its batch are applied."""
    kind = subject.record
    dead, live = subject.made(kind), subject.made(kind)
    removed = subject.send(subject.removal(kind, dead))
    written = subject.send(subject.change(kind, dead, "late"), subject.change(kind, live, "fine"))

    expect("the deletion", found=outcomes(removed), wanted=[Outcome.APPLIED])
    expect("the updates", found=outcomes(written), wanted=[Outcome.GONE, Outcome.APPLIED])


def batches_lose_nothing(subject: Subject) -> None:
    """Batches hold every write once and in order, and none of them is empty."""
    writes = [subject.create(subject.record) for _ in range(_MANY)]
    batches = subject.port.batches(subject.record.entity, writes)

    expect("ids of the writes", found=[w.intent_id for b in batches for w in b], wanted=[w.intent_id for w in writes])
    claim(all(batches), "no batch is empty")
    expect("batches of nothing", found=subject.port.batches(subject.record.entity, []), wanted=[])


def threads_may_write_side_by_side(subject: Subject) -> None:
    """Several threads write at once, and every record is made once."""
    kind = subject.record
    written: list[Written] = []
    batches = [[subject.create(kind) for _ in range(_EACH)] for _ in range(_THREADS)]
    threads = [threading.Thread(target=lambda b=batch: written.append(subject.send(*b))) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    expect(
        "outcomes",
        found=[outcome for one in written for outcome in outcomes(one)],
        wanted=[Outcome.APPLIED] * (_THREADS * _EACH),
    )
    keys = [str(write.key) for batch in batches for write in batch]
    found = subject.port.read(kind.entity, keys=keys).frames[kind.entity.name]["_key"].to_list()
    expect("records by key", found=sorted(found), wanted=sorted(keys))


WRITING = (
    Rule.of(creation_answers_with_the_record),
    Rule.of(creation_is_idempotent_by_key),
    Rule.of(update_changes_what_it_names),
    Rule.of(null_clears_a_property),
    Rule.of(others_changes_are_not_overwritten_unseen),
    Rule.of(own_change_is_not_stale),
    Rule.of(each_write_is_judged_by_itself, needs_refusal=True),
    Rule.of(update_of_a_deleted_record_is_gone),
    Rule.of(batches_lose_nothing),
    Rule.of(threads_may_write_side_by_side),
)
