"""Splitting writes into batches."""

from talk_assets.model.changes import Op, Write
from talk_assets.systems.batching import split


def write(n, *, parent=None, lines=0):
    inner = tuple(write(f"{n}-{m}") for m in range(lines))
    return Write(intent_id=str(n), entity="e", op=Op.CREATE, values={}, parent_id=parent, lines=inner)


def ids(batches):
    return [[w.intent_id for w in batch] for batch in batches]


def test_nothing_is_no_batch():
    """Without writes there is nothing to send."""
    assert split([], most=2, together=False) == []


def test_batches_are_filled_in_order():
    """Batches are as full as they may be."""
    assert ids(split([write(n) for n in range(5)], most=2, together=False)) == [["0", "1"], ["2", "3"], ["4"]]


def test_families_stay_whole():
    """Writes of one document move up to its first one, and share a batch."""
    writes = [write(0, parent="a"), write(1, parent="b"), write(2, parent="a"), write(3, parent="b")]

    assert ids(split(writes, most=3, together=True)) == [["0", "2"], ["1", "3"]]


def test_family_larger_than_a_batch_is_split():
    """More lines than fit go in several batches, in order."""
    writes = [write(n, parent="a") for n in range(5)]

    assert ids(split(writes, most=2, together=True)) == [["0", "1"], ["2", "3"], ["4"]]


def test_size_counts_lines():
    """A write larger than the batch stands alone."""
    writes = [write("a", lines=1), write("b", lines=9), write("c", lines=1)]
    batches = split(writes, most=4, together=False, size=lambda w: 1 + len(w.lines))

    assert ids(batches) == [["a"], ["b"], ["c"]]
