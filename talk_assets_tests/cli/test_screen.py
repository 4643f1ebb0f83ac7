"""Text on the screen is the data's text, and cannot drive the terminal."""

import pytest

from talk_assets.cli.screen import cell, plain, progress


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zoë [bold]O'Neil[/bold]", "Zoë [bold]O'Neil[/bold]"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\rb\x9bc", "a\\x0db\\x9bc"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_text_is_shown_as_it_is(text, shown):
    """No markup is read from it, and control characters become visible."""
    assert plain(text).plain == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1 High Street\nYork", "1 High Street⏎York"),
        ("x" * 10, "x" * 10),
        ("x" * 11, "x" * 9 + "…"),
        ("", ""),
        (None, "—"),
    ],
)
def test_cell_is_one_short_line(text, shown):
    """A value takes one line of a table, and no value differs from an empty one."""
    assert cell(text, limit=10 if text and "x" in text else 60).plain == shown


def test_progress_without_a_terminal_is_a_line_each(capsys):
    """A log shows every stage once, on stderr, so that stdout holds the result alone."""
    with progress("starting") as say:
        say("fetching contacts")
        say("writing 3 changes")

    assert capsys.readouterr() == ("", "fetching contacts\nwriting 3 changes\n")
