"""`talk settings` tells what stands, where it comes from and what is wrong."""

import pytest

from talk_assets.settings.survey import survey, unknown

FILE = {
    "TALK_SALESFORCE_URL": "https://file.my.salesforce.com",
    "TALK_SALESFORCE_CLIENT_ID": "from-file",
    "TALK_SALESFORCE_CLIENT_SECRET_FILE": "/nowhere/secret",
    "TALK_CUSTOMERP_URL": "https://erp.example.com",
}
PROCESS = {
    "TALK_SALESFORCE_CLIENT_ID": "from-process",
    "TALK_CUSTOMERP_API_KEY": "key-of-13-chr",
    "TALK_ALERT_EMAIL": "it@example.com",
}


@pytest.fixture
def found():
    """The survey of both, by name."""
    return {one.name: one for one in survey(PROCESS, FILE)}


def test_the_environment_wins_over_the_file(found):
    """As a sync reads them."""
    assert (found["TALK_SALESFORCE_CLIENT_ID"].value, found["TALK_SALESFORCE_CLIENT_ID"].origin) == (
        "from-process",
        "environment",
    )
    assert found["TALK_SALESFORCE_URL"].origin == ".env"


def test_defaults_and_nothing_are_told_apart(found):
    """A default is a value; an optional variable that is not set has none, and nothing is wrong with that."""
    assert (found["TALK_HISTORY_DAYS"].value, found["TALK_HISTORY_DAYS"].origin) == ("90", "default")
    webhook = found["TALK_ALERT_WEBHOOK"]
    assert (webhook.value, webhook.origin, webhook.problem) == (None, "", None)


def test_secrets_are_never_shown(found):
    """Only how long they are, or where they are; an address with a password in it is one."""
    assert found["TALK_CUSTOMERP_API_KEY"].value == "a text of 13 characters"
    assert found["TALK_ALERT_EMAIL"].value == "it@example.com"
    (url,) = [one for one in survey({"TALK_CUSTOMERP_URL": "https://a:pw@erp"}, {}) if one.name == "TALK_CUSTOMERP_URL"]
    assert url.value == "a text of 16 characters"
    assert "pw" not in str(url.problem)


def test_what_is_wrong_is_said_with_the_variable(found):
    """A file that is not there, something missing; not what another way to log in would need."""
    assert "/nowhere/secret" in found["TALK_SALESFORCE_CLIENT_SECRET"].problem
    assert found["TALK_SALESFORCE_USERNAME"].problem is None
    missing = {one.name for one in survey({}, {}) if one.problem}
    assert missing == {
        "TALK_SALESFORCE_URL",
        "TALK_SALESFORCE_CLIENT_ID",
        "TALK_SALESFORCE_CLIENT_SECRET",
        "TALK_CUSTOMERP_URL",
        "TALK_CUSTOMERP_API_KEY",
    }


def test_a_name_with_a_letter_wrong_is_found():
    """It would be without effect, and nobody would notice."""
    (one,) = unknown({"PATH": "/bin"}, {"TALK_SALESFROCE_URL": "x", "TALK_ALERT_WEBHOOK_FILE": "y"})

    assert (one.name, one.origin, one.meant) == ("TALK_SALESFROCE_URL", ".env", "TALK_SALESFORCE_URL")
