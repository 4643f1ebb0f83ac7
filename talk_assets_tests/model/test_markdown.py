"""Values of records in Markdown: shown, never obeyed."""

import pytest

from talk_assets.model.markdown import NOTHING, prose, reason, record, table, told, verbatim
from talk_assets.model.system import System


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, NOTHING),
        ("", '`""`'),
        ("plain", "`plain`"),
        ("a|b", "`a\\|b`"),
        ("a\\|b", "`a\\ \\|b`"),
        ("`code`", "`\u02cbcode\u02cb`"),
        ("two\r\nlines\nmore", "`two⏎lines⏎more`"),
        ("right-to-left \u202e", "`right-to-left \ufffd`"),
        (12, "`12`"),
    ],
)
def test_value_is_one_code_span_in_one_cell(value, shown):
    """What could end the span or the cell is replaced."""
    assert verbatim(value) == shown


@pytest.mark.parametrize(
    "value", ["<img src=x onerror=alert(1)>", "[click](https://example.com)", "https://example.com"]
)
def test_markup_of_a_peer_stays_inside_the_span(value):
    """HTML and links are text inside a code span."""
    shown = verbatim(value)

    assert shown == f"`{value}`"
    assert shown.count("`") == 2


def test_long_value_is_cut():
    """A page of notes does not hide the table."""
    assert len(verbatim("x" * 5000)) == 82


def test_own_text_stays_one_line_and_one_cell():
    """Our own words may name a pipe or an angle bracket."""
    assert prose("enum a | b,\n <none>") == "enum a \\| b, &lt;none&gt;"


def test_table_has_one_line_a_row():
    """A header, a rule, the rows; a dash where there are none."""
    assert table(["A", "B"], [("1", "2")]).splitlines() == ["| A | B |", "| --- | --- |", "| 1 | 2 |"]
    assert table(["A"], []) == NOTHING


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, and short.", "plain, and short."),
        ("[click](javascript:alert)", "\\[click\\](javascript:alert)"),
        ("![](https://evil.example/x.png)", "\\!\\[\\](https\\://evil.example/x.png)"),
        ("see HTTP://evil.example or WWW.evil.example", "see HTTP\\://evil.example or WWW\\.evil.example"),
        ("write to a@b.example", "write to a\\@b.example"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("a|b\n`c`\x1b[31m", "a\\|b \\`c\\` \\[31m"),
    ],
)
def test_reason_that_quotes_a_peer_is_plain_text(text, shown):
    """Neither markup nor links nor terminal escapes of an end's message work."""
    assert reason(text, show=True) == shown


def test_values_are_told_by_length_unless_asked_for():
    """A value, and what repeats it in a reason, is left out."""
    assert told("berg@example.com", show=False) == "(16 characters)"
    assert told(None, show=False) == NOTHING
    assert told("x", show=True) == "`x`"
    assert reason("'Sir' is no title of Berg", "Berg", show=False) == "'…' is no title of …"


def test_record_links_to_where_people_see_it():
    """Salesforce shows any record at its address and id; anything that is no id of its own is only shown."""
    org = {System.SALESFORCE: "https://org.example.com/"}

    assert record("003000000000001AAA", org, System.SALESFORCE) == (
        "[`003000000000001AAA`](https://org.example.com/003000000000001AAA)"
    )
    assert record("003000000000001AAA", {}, "salesforce") == "`003000000000001AAA`"
    assert record("003000000000001AAA", org, "customerp") == "`003000000000001AAA`"
    assert record("003/../../evil) x", org, "salesforce") == "`003/../../evil) x`"
    assert record(None, org, "salesforce") == "—"
