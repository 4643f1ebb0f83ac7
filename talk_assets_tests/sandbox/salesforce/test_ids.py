import pytest

from talk_assets.sandbox.salesforce.ids import normalized, number_of, numbered, to_18


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("001000000000001", "001000000000001AAA"),
        ("0018000000abcDE", "0018000000abcDEAAY"),
        ("00D50000000IZ3Z", "00D50000000IZ3ZEAW"),
    ],
)
def test_suffix_says_which_characters_are_capitals(short, long):
    """The 18-character form is the 15-character id and three characters of its case."""
    assert to_18(short) == long


@pytest.mark.parametrize("given", ["00D50000000IZ3Z", "00D50000000IZ3ZEAW", "00d50000000iz3zeaw", "00D50000000IZ3Zeaw"])
def test_every_spelling_of_an_id_is_the_same_id(given):
    """15 characters, 18 characters and 18 characters that lost their case mean one row."""
    assert normalized(given) == "00D50000000IZ3ZEAW"


@pytest.mark.parametrize("given", ["", "23foo", "001-00000000001", "0010000000000019ZZ", "00100000000000"])
def test_what_is_no_id_is_recognised(given):
    """Wrong length, wrong characters or an impossible suffix."""
    assert normalized(given) is None


def test_ids_sort_by_the_order_in_which_they_were_given():
    """A keyset over ids walks rows in order of creation."""
    ids = [numbered("003", number) for number in (1, 9, 10, 35, 36, 61, 62, 3843, 3844)]

    assert ids == sorted(ids)
    assert [number_of(record_id) for record_id in ids] == [1, 9, 10, 35, 36, 61, 62, 3843, 3844]
