"""A failure ends the process with its exit code, explained on stderr."""

import pytest

from talk_assets.cli.failures import Explained
from talk_assets.model.errors import (
    ConfigurationError,
    GuardError,
    PeerUnavailableError,
    StoreBusyError,
    StoreMismatchError,
    TalkError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError, 2),
        (GuardError, 3),
        (PeerUnavailableError, 4),
        (StoreBusyError, 5),
        (StoreMismatchError, 6),
        (TalkError, 7),
    ],
)
def test_foreseen_failure_is_its_message_and_its_code(capsys, error, code):
    """The message is printed as it is, with nothing before or after it."""
    with pytest.raises(SystemExit) as ended, Explained():
        raise error("3 of 4 records [red]would[/red] change. Nothing was written. Read the plan.")

    assert ended.value.code == code
    assert capsys.readouterr() == ("", "3 of 4 records [red]would[/red] change. Nothing was written. Read the plan.\n")


def test_bug_is_reported_without_values(capsys):
    """What a person copies into a report holds the place and the kind of the bug, and no record."""
    with pytest.raises(SystemExit) as ended, Explained():
        raise KeyError("jane.doe@example.com")

    shown = capsys.readouterr()
    assert ended.value.code == 7
    assert shown.out == ""
    assert "KeyError" in shown.err
    assert "talk_assets_tests/cli/test_failures.py" in shown.err
    assert "jane.doe" not in shown.err
    assert "Traceback" not in shown.err


def test_traceback_of_a_bug_is_shown_when_asked_for(capsys):
    """A developer can see everything."""
    with pytest.raises(SystemExit), Explained(traceback=True):
        raise KeyError("jane.doe@example.com")

    assert "KeyError: 'jane.doe@example.com'" in capsys.readouterr().err


def test_control_characters_of_a_message_are_made_visible(capsys):
    """Text that came from a record cannot move the cursor or forge a line."""
    with pytest.raises(SystemExit), Explained():
        raise TalkError("Contact \x1b[2J\r said no.")

    assert capsys.readouterr().err == "Contact \\x1b[2J\\x0d said no.\n"


def test_normal_end_and_exit_pass_through():
    """Neither success nor an exit code of a command's own is touched."""
    with Explained():
        pass
    with pytest.raises(SystemExit) as ended, Explained():
        raise SystemExit(1)

    assert ended.value.code == 1
