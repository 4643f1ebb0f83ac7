"""The page of settings says what the declarations say."""

from pathlib import Path

from talk_assets.settings.groups import GROUPS
from talk_assets.settings.page import main, page
from talk_assets.settings.variables import VARIABLES

PAGE = Path(__file__).parents[2] / "docs/settings.md"


def row(name):
    """The cells of a variable's row."""
    line = next(line for line in page().splitlines() if line.startswith(f"| `{name}`"))
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def test_the_page_is_what_is_generated():
    """Who changes a declaration runs `make reference`."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_variable_is_in_one_group():
    """None is forgotten, and none is told twice."""
    grouped = [one.name for members in GROUPS.values() for one in members]

    assert sorted(grouped) == sorted(one.name for one in VARIABLES)


def test_a_row_tells_default_and_whether_it_is_needed():
    """Required, required for one way to log in, with a default, or none."""
    assert row("TALK_SALESFORCE_URL")[1] == "required"
    assert row("TALK_SALESFORCE_CLIENT_SECRET")[:2] == [
        "`TALK_SALESFORCE_CLIENT_SECRET`, or `TALK_SALESFORCE_CLIENT_SECRET_FILE`",
        "required for `client_credentials`",
    ]
    assert row("TALK_SALESFORCE_USERNAME")[1] == "required for `jwt_bearer`"
    assert row("TALK_HISTORY_DAYS")[1] == "`90`"
    assert row("TALK_ALERT_EMAIL")[1] == row("TALK_CA_FILE")[1] == "none"


def test_the_command_prints_or_writes(tmp_path, capsys):
    """Without a file the page is printed."""
    main(["--write", str(tmp_path / "page.md")])
    main([])

    assert (tmp_path / "page.md").read_text(encoding="utf-8") == capsys.readouterr().out == page()
