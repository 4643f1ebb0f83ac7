"""SOQL texts."""

from datetime import UTC, datetime

import pytest

from talk_assets.model.errors import DeclarationError
from talk_assets.systems.salesforce.query import among, id_literal, page_after, select, stamp_literal, text_literal


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("O'Neil", r"'O\'Neil'"),
        ("a\\", r"'a\\'"),
        ("a\\'", r"'a\\\''"),
        ("two\nlines\r\t", r"'two\nlines\r\t'"),
        ("Zoë", "'Zoë'"),
    ],
)
def test_text_is_escaped(text, literal):
    """No text can end its own literal."""
    assert text_literal(text) == literal


@pytest.mark.parametrize(
    "text", ["", "003", "003' OR Id != '", "003000000000001AAAA", "003000000000001AA", "00300000000000é"]
)
def test_ids_must_look_like_ids(text):
    """Ids are 15 or 18 letters and digits."""
    with pytest.raises(ValueError, match="record id"):
        id_literal(text)


@pytest.mark.parametrize("text", ["003000000000001", "003000000000001AAA"])
def test_both_lengths_of_id_are_taken(text):
    """The short form is case-sensitive and as good as the long one."""
    assert id_literal(text) == f"'{text}'"


@pytest.mark.parametrize("name", ["Name; DELETE", "Name, Id", "1Name", "", "a.b.c.d.e.f.g", "Na'me"])
def test_names_must_look_like_names(name):
    """A wrong declaration cannot become query text."""
    with pytest.raises(DeclarationError, match="API name"):
        select([name], "Contact")
    with pytest.raises(DeclarationError, match="API name"):
        select(["Id"], name)


def test_first_page_has_no_condition():
    """A full fetch starts with the oldest record."""
    assert page_after(["Id", "Account.Name"], "Contact", since=None, after=None) == (
        "SELECT Id, Account.Name FROM Contact ORDER BY SystemModstamp, Id LIMIT 2000"
    )


def test_page_goes_on_behind_the_last_record():
    """The place is the stamp and the id together, since stamps repeat."""
    stamp = datetime(2024, 9, 10, 14, 20, 17, tzinfo=UTC)
    soql = page_after(["Id"], "Contact", since=stamp, after=(stamp, "003000000000001AAA"))

    assert soql == (
        "SELECT Id FROM Contact WHERE (SystemModstamp > 2024-09-10T14:20:17.000Z OR "
        "(SystemModstamp = 2024-09-10T14:20:17.000Z AND Id > '003000000000001AAA')) "
        "ORDER BY SystemModstamp, Id LIMIT 2000"
    )


def test_stamps_have_milliseconds():
    """A literal is exact to what the query resource compares by."""
    assert stamp_literal(datetime(2024, 9, 10, 14, 20, 17, 5999, tzinfo=UTC)) == "2024-09-10T14:20:17.005Z"


def test_lists_are_written_out():
    """Names are looked up many at a time."""
    assert among("Key__c", [text_literal("a"), text_literal("b")]) == "Key__c IN ('a', 'b')"
