"""The frame of the command line, run as a process of its own."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from talk_assets.cli.app import app


def test_help_lists_every_command(talk):
    """`talk` alone explains itself, as `talk --help` does."""
    asked = talk.run("--help", COLUMNS="200")

    assert asked.returncode == 0
    for command in ("demo", "sync", "plan", "status", "doctor", "backup", "restore", "up", "sandbox"):
        assert f"│ {command} " in asked.stdout
    assert "Commands" in talk.run(COLUMNS="200").stdout


@pytest.mark.parametrize("command", ["demo", "sync", "plan", "status", "up", "sandbox"])
def test_every_command_explains_itself(talk, command):
    """Help needs no settings, no store and no end."""
    asked = talk.run(command, "--help")

    assert asked.returncode == 0
    assert f"talk {command}" in asked.stdout or "Usage" in asked.stdout


@pytest.mark.parametrize("command", [one.name or one.callback.__name__ for one in app.registered_commands])
def test_every_command_is_in_the_readme_and_says_what_its_options_do(command):
    """No command, argument or option is left to guesswork."""
    asked = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "300", "NO_COLOR": "1", "TERM": "dumb"})
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    unexplained = [
        parameter.name
        for parameter in typer.main.get_command(app).commands[command].params
        if parameter.name != "help" and not getattr(parameter, "help", None)
    ]

    assert asked.exit_code == 0
    assert f"`talk {command}" in readme
    assert unexplained == []


def test_version_is_the_installed_one(talk):
    """`talk --version` names the release a bug is reported for."""
    assert talk.run("--version").stdout == f"talk {version('talk-assets')}\n"


def test_output_without_a_terminal_has_no_colours(talk):
    """What is piped or logged holds text only."""
    asked = talk.run("--help", TERM="xterm-256color")
    refused = talk.run("sync", TERM="xterm-256color")

    assert "\x1b" not in asked.stdout
    assert "\x1b" not in refused.stderr


def test_unknown_command_is_a_configuration_error(talk):
    """A wrong call ends with 2 and says what is wrong with it."""
    refused = talk.run("snyc")

    assert refused.returncode == 2
    assert "snyc" in refused.stderr


@pytest.mark.parametrize("command", [["sync"], ["sync", "--json"], ["plan"], ["up", "--no-sandbox", "--port", "1"]])
def test_missing_settings_end_with_2_and_no_traceback(talk, command):
    """Stdout stays empty, so that a program that reads JSON there cannot take it for a result."""
    refused = talk.run(*command)

    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "Nothing was" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_settings_are_read_from_the_working_directory(talk):
    """A wrong value in `.env` is found and named."""
    (talk.folder / ".env").write_text("TALK_SALESFORCE_URL=http://example.com\n")

    refused = talk.run("sync")

    assert "TALK_SALESFORCE_URL is 'http://example.com': " in refused.stderr


def test_settings_are_shown_with_what_is_wrong(talk):
    """A person sees what stands, the misspelt too; secrets stay hidden, and 2 says that a sync would refuse."""
    (talk.folder / ".env").write_text("TALK_SALESFORCE_CLIENT_ID=from-file\nTALK_SALESFROCE_URL=x\n")
    shown = talk.run("settings", TALK_CUSTOMERP_API_KEY="key-of-13-chr")

    assert shown.returncode == 2
    assert "from-file" in shown.stdout
    assert "Is TALK_SALESFORCE_URL meant?" in shown.stdout
    assert "TALK_SALESFORCE_URL is not set." in shown.stdout
    assert "key-of-13-chr" not in shown.stdout


def test_settings_that_are_wrong_together_are_said(talk):
    """Whoever names people to mail to needs a server as well."""
    good = {
        "TALK_SALESFORCE_URL": "https://x.my.salesforce.com",
        "TALK_SALESFORCE_CLIENT_ID": "i",
        "TALK_SALESFORCE_CLIENT_SECRET": "s",
        "TALK_CUSTOMERP_URL": "https://erp.example.com",
        "TALK_CUSTOMERP_API_KEY": "k",
    }
    fine, wrong = talk.run("settings", **good), talk.run("settings", **good, TALK_ALERT_EMAIL="it@example.com")

    assert (fine.returncode, wrong.returncode) == (0, 2), fine.stdout
    assert "TALK_ALERT_SMTP" in wrong.stdout.splitlines()[-2]


def test_status_without_a_store_says_so_and_makes_none(talk):
    """Asking for the state of nothing leaves nothing behind."""
    refused = talk.run("status", TALK_STORE="somewhere/talk.duckdb")

    assert refused.returncode == 2
    assert "somewhere/talk.duckdb" in refused.stderr
    assert list(talk.folder.iterdir()) == []


def test_engines_are_not_loaded_for_help():
    """`talk --help` answers at once because the engines are imported by the commands that need them."""
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, talk_assets.cli; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert "talk_assets.cli.app" in loaded
    assert not {"dagster", "polars", "duckdb", "pandera", "httpx", "uvicorn", "starlette"} & set(loaded)
