"""Matching by value and by key, as tables: who is linked, who waits for a person, who is new."""

import polars as pl
import pytest

from talk_assets.links.match import MEMBER_SCHEMA, match_by_key, match_by_value


def members(*rows):
    """Rows of (record, value, link); records are named by their end's first letter."""
    ends = {"s": "salesforce", "c": "customerp"}
    return pl.DataFrame(
        [(ends[record[0]], record, value, link) for record, value, link in rows], schema=MEMBER_SCHEMA, orient="row"
    )


ONE_EACH = [("s1", "a", None), ("c1", "a", None)]
TWO_THERE = [("s1", "a", None), ("c1", "a", None), ("c2", "a", None)]
TWO_HERE = [("s1", "a", None), ("s2", "a", None), ("c1", "a", None)]
ONLY_HERE_TWICE = [("s1", "a", None), ("s2", "a", None)]
ALONE = [("s1", "a", None)]
LIKE_A_LINKED_ONE = [("s1", "a", "L"), ("c1", "a", "L"), ("c2", "a", None)]
ONLY_LINKED = [("s1", "a", "L"), ("c1", "a", "L")]
HALF_LINKED = [("s1", "a", "L"), ("c1", "a", None)]


@pytest.mark.parametrize(
    ("rows", "linked", "reviewed"),
    [
        (ONE_EACH, [("s1", "c1")], []),
        (TWO_THERE, [], [(["s1"], ["c1", "c2"])]),
        (TWO_HERE, [], [(["s1", "s2"], ["c1"])]),
        (ONLY_HERE_TWICE, [], [(["s1", "s2"], [])]),
        (ALONE, [], []),
        (LIKE_A_LINKED_ONE, [], [(["s1"], ["c1", "c2"])]),
        (ONLY_LINKED, [], []),
        (HALF_LINKED, [], [(["s1"], ["c1"])]),
    ],
)
def test_only_one_candidate_on_each_end_links(rows, linked, reviewed):
    """Several candidates on either end, or one that is taken, go to a person; nobody is guessed."""
    found = match_by_value(members(*rows), ambiguous_is_review=True)

    assert found.links.rows() == linked
    assert found.review.select("salesforce_ids", "customerp_ids").rows() == reviewed


@pytest.mark.parametrize("rows", [TWO_THERE, TWO_HERE, ONLY_HERE_TWICE, LIKE_A_LINKED_ONE])
def test_a_weak_key_leaves_the_ambiguous_to_the_next(rows):
    """Where a key only links what is unique, the rest is neither linked nor held."""
    found = match_by_value(members(*rows), ambiguous_is_review=False)

    assert (found.links.height, found.review.height, found.settled.height) == (0, 0, 0)


def test_values_do_not_mix():
    """Each value is judged by itself, and those it settles are not looked at again."""
    found = match_by_value(members(*ONE_EACH, ("s3", "b", None), ("c3", "c", None)), ambiguous_is_review=True)

    assert found.links.rows() == [("s1", "c1")]
    assert sorted(found.settled["_id"].to_list()) == ["c1", "s1"]


def ties(*pairs):
    return pl.DataFrame(pairs, schema={"salesforce_id": pl.String(), "customerp_id": pl.String()}, orient="row")


@pytest.mark.parametrize(
    ("pairs", "linked", "reviewed"),
    [
        ([("s1", "c1")], [("s1", "c1")], set()),
        ([("s1", "c1"), ("s1", "c1")], [("s1", "c1")], set()),
        ([("s1", "c1"), ("s1", "c2")], [], {"s1", "c1", "c2"}),
        ([("s1", "c1"), ("s2", "c1")], [], {"s1", "s2", "c1"}),
        ([("s1", "c1"), ("s2", "c1"), ("s3", "c3")], [("s3", "c3")], {"s1", "s2", "c1"}),
    ],
)
def test_tangled_keys_are_for_a_person(pairs, linked, reviewed):
    """A stored key ties one record to one; whatever is tied to several is reviewed whole."""
    found = match_by_key(ties(*pairs))

    assert found.links.rows() == linked
    assert {i for row in found.review.iter_rows(named=True) for i in row["salesforce_ids"] + row["customerp_ids"]} == (
        reviewed
    )
