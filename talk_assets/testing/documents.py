"""Rules of documents with lines."""

from talk_assets.model.changes import Op, Outcome
from talk_assets.testing.rule import Rule, claim, expect
from talk_assets.testing.subject import Subject
from talk_assets.testing.writing import outcomes

_MANY, _DOCUMENTS = 1050, 7


def document_is_created_whole(subject: Subject) -> None:
    """A document is stored with all its lines; receipts and stored records name each of them."""
    _, line = subject.with_lines()
    write = subject.whole(2)
    written = subject.send(write)
    receipt = written.receipts[0]
    stored = written.stored.frames[line.entity.name].to_dicts()

    expect("outcome", found=outcomes(written), wanted=[Outcome.APPLIED])
    expect("intents", found=[r.intent_id for r in receipt.lines], wanted=[w.intent_id for w in write.lines])
    ids = {row["_key"]: row["_id"] for row in stored}
    expect("ids of the lines", found=[r.id for r in receipt.lines], wanted=[ids.get(w.key) for w in write.lines])
    expect("owners of the lines", found={row["_parent"] for row in stored}, wanted={receipt.id})
    expect("lines as fetched", found=len(subject.lines_of(str(receipt.id))), wanted=2)


def document_with_a_bad_line_is_not_created(subject: Subject) -> None:
    """One refused line keeps its document out, and no other document."""
    document, _ = subject.with_lines()
    bad, good = subject.whole(3, bad=1), subject.whole(1)
    written = subject.send(bad, good)

    expect("outcomes", found=outcomes(written), wanted=[Outcome.REFUSED, Outcome.APPLIED])
    rows = subject.port.read(document.entity, keys=[str(bad.key)]).frames[document.entity.name]
    expect("documents with a refused line", found=rows.height, wanted=0)
    # Not every end tells which line it was.
    applied = [line for line in written.receipts[0].lines if line.outcome not in {Outcome.NOT_APPLIED, Outcome.REFUSED}]
    expect("lines applied without their document", found=applied, wanted=[])


def document_sent_again_exists(subject: Subject) -> None:
    """A document whose answer was lost is found by its key, with its lines, when it is sent again."""
    write = subject.whole(2)
    first, again = subject.send(write), subject.send(write)
    one, two = first.receipts[0], again.receipts[0]

    # An end that remembers requests gives the first answer once more.
    claim(two.outcome in {Outcome.EXISTS, Outcome.APPLIED}, f"a document sent again exists, not: {two.outcome}")
    expect("id", found=two.id, wanted=one.id)
    expect("ids of the lines", found=[r.id for r in two.lines], wanted=[r.id for r in one.lines])
    expect("lines as fetched", found=len(subject.lines_of(str(one.id))), wanted=2)


def lines_change_one_by_one(subject: Subject) -> None:
    """Lines are changed, added and removed by themselves, and their document is fetched again."""
    document, line = subject.with_lines()
    row, (first, second) = subject.made_whole()
    _, cursor = subject.fetched(document)
    facts = {"parent_id": row["_id"], "version": row["_version"]}
    found = [
        *outcomes(subject.send(subject.order(line, Op.UPDATE, {line.text: "changed"}, id=first, **facts))),
        *outcomes(subject.send(subject.create(line, text="added", **facts))),
        *outcomes(subject.send(subject.order(line, Op.DELETE, {}, id=second, **facts))),
    ]

    expect("change, addition, removal", found=found, wanted=[Outcome.APPLIED] * 3)
    texts = sorted(str(one[line.text]) for one in subject.lines_of(row["_id"]))
    expect("lines", found=texts, wanted=["added", "changed"])
    claim(row["_id"] in subject.fetched(document, cursor)[0], "a document moves with its lines")


def lines_of_a_document_stay_together(subject: Subject) -> None:
    """No document's lines are spread over two batches."""
    _, line = subject.with_lines()
    writes = [
        subject.order(line, Op.UPDATE, {line.text: "1"}, id=f"L{n}", parent_id=f"D{n % _DOCUMENTS}")
        for n in range(_MANY)
    ]
    batches = subject.port.batches(line.entity, writes)

    expect("writes", found=sum(map(len, batches)), wanted=_MANY)
    expect("documents, over all batches", found=sum(len({w.parent_id for w in b}) for b in batches), wanted=_DOCUMENTS)


DOCUMENTS = (
    Rule.of(document_is_created_whole, needs_lines=True),
    Rule.of(document_with_a_bad_line_is_not_created, needs_lines=True, needs_refusal=True),
    Rule.of(document_sent_again_exists, needs_lines=True),
    Rule.of(lines_change_one_by_one, needs_lines=True),
    Rule.of(lines_of_a_document_stay_together, needs_lines=True),
)
