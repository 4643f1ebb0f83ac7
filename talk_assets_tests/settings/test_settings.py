"""The environment becomes settings, or a message that names everything that is wrong."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from talk_assets.model.errors import ConfigurationError
from talk_assets.settings import Secret, Settings, environment, store_path, variables_for, with_absolute_paths
from talk_assets.settings.variables import VARIABLES

ROOT = Path(__file__).parents[2]
GOOD = {
    "TALK_SALESFORCE_URL": "https://example.my.salesforce.com/",
    "TALK_SALESFORCE_CLIENT_ID": "3MVG9-example",
    "TALK_SALESFORCE_CLIENT_SECRET": "c4n4ry-client-secret",
    "TALK_CUSTOMERP_URL": "https://erp.example.com/gateway/",
    "TALK_CUSTOMERP_API_KEY": "c4n4ry-api-key",
}

PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----\n"


def test_required_variables_suffice_and_the_rest_has_defaults():
    """Five variables make complete settings; addresses lose the slash at their end."""
    settings = Settings.from_environment(GOOD)

    assert settings.salesforce.url == "https://example.my.salesforce.com"
    assert settings.salesforce.client_secret.reveal() == "c4n4ry-client-secret"
    assert settings.salesforce.external_id_field == "ERP_External_Id__c"
    assert settings.customerp.url == "https://erp.example.com/gateway"
    assert settings.store == Path("data/talk.duckdb")
    assert settings.opportunity_stage == "Prospecting"
    assert settings.account_for_private_contacts == "create"
    assert settings.lookback == timedelta(minutes=10)


def test_all_missing_variables_are_named_at_once():
    """A person sets up everything after one message, not one message a variable."""
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment({"TALK_CUSTOMERP_API_KEY": "   "})

    message = str(caught.value)
    assert re.findall(r"TALK_\w+(?= is not set)", message) == list(GOOD)
    assert "Nothing was read or written" in message
    assert ".env.example" in message


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("TALK_SALESFORCE_URL", "example.my.salesforce.com", "not an address"),
        ("TALK_SALESFORCE_URL", "ftp://example.com", "not an address"),
        ("TALK_SALESFORCE_URL", "https://[::1", "not an address"),
        ("TALK_SALESFORCE_URL", "https://example.com:port", "not an address"),
        ("TALK_SALESFORCE_URL", "http://127.0.0.1:0", "port 0"),
        ("TALK_SALESFORCE_URL", "http://example.my.salesforce.com", "unencrypted"),
        ("TALK_SALESFORCE_URL", "https://example.my.salesforce.com/services", "without a path"),
        ("TALK_CUSTOMERP_URL", "https://erp.example.com/api/v1/", "added by itself"),
        ("TALK_SALESFORCE_CLIENT_ID", "two words", "white space"),
        ("TALK_SALESFORCE_API_VERSION", "v62", "31.0"),
        ("TALK_SALESFORCE_API_VERSION", "21.0", "31.0"),
        ("TALK_SALESFORCE_EXTERNAL_ID_FIELD", "ERP_External_Id", "__c"),
        ("TALK_ACCOUNT_FOR_PRIVATE_CONTACTS", "ignore", "neither create nor park"),
        ("TALK_LOOKBACK_SECONDS", "-1", "whole number"),
        ("TALK_LOOKBACK_SECONDS", "ten", "whole number"),
        ("TALK_OWNERS", "sales", "team:NAME"),
        ("TALK_OWNERS", "team:sales, team: it", "team:NAME"),
    ],
)
def test_wrong_value_is_shown_with_its_reason(name, value, reason):
    """The message names the variable, what was found, why it cannot be and what to set."""
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment(GOOD | {name: value})

    message = str(caught.value)
    assert f"{name} is {value!r}: " in message
    assert reason in message
    assert "Set it to " in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TALK_SALESFORCE_CLIENT_SECRET", "c4n4ry with space"),
        ("TALK_CUSTOMERP_API_KEY", "c4n4ry\tkey"),
        ("TALK_CUSTOMERP_URL", "https://me:c4n4ry@erp.example.com"),
        ("TALK_CUSTOMERP_URL", "https://me:c4n4ry@erp.example.com:c4n4ry"),
        ("TALK_CUSTOMERP_URL", "https://me:c4n4ry@erp.example.com\uff03"),
        ("TALK_CUSTOMERP_URL", "https://erp.example.com/?key=c4n4ry"),
    ],
)
def test_secret_of_a_wrong_value_is_not_shown(name, value):
    """A message may end in a log or a ticket, so a secret is told by its length only."""
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment(GOOD | {name: value})

    assert f"{name} is a text of {len(value)} characters" in str(caught.value)
    assert "c4n4ry" not in str(caught.value)


@pytest.mark.parametrize(
    ("method", "given", "missing"),
    [
        ("jwt_bearer", {}, ["TALK_SALESFORCE_USERNAME", "TALK_SALESFORCE_PRIVATE_KEY"]),
        ("refresh_token", {}, ["TALK_SALESFORCE_REFRESH_TOKEN"]),
        ("refresh_token", {"TALK_SALESFORCE_REFRESH_TOKEN": "5Aep861-token"}, []),
        ("jwt_bearer", {"TALK_SALESFORCE_USERNAME": "a@b.example", "TALK_SALESFORCE_PRIVATE_KEY": PEM}, []),
    ],
)
def test_each_login_asks_for_what_it_needs_and_no_more(method, given, missing):
    """Signed assertions and refresh tokens do without the client secret; what they need is named."""
    environ = {k: v for k, v in GOOD.items() if "SECRET" not in k} | {"TALK_SALESFORCE_LOGIN": method} | given

    if missing:
        with pytest.raises(ConfigurationError) as caught:
            Settings.from_environment(environ)
        assert re.findall(r"TALK_\w+(?= is not set)", str(caught.value)) == missing
    else:
        assert Settings.from_environment(environ).salesforce.login == method


@pytest.mark.parametrize(
    ("key", "reason"),
    [("c4n4ry", "not a private key"), ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nc4n4ry\n", "passphrase")],
)
def test_an_unusable_private_key_is_refused_without_showing_it(key, reason):
    """The key's text never gets into the message, only what is wrong with it."""
    with pytest.raises(ConfigurationError, match=reason) as caught:
        Settings.from_environment(GOOD | {"TALK_SALESFORCE_PRIVATE_KEY": key})

    assert "c4n4ry" not in str(caught.value)


def test_a_private_key_may_come_from_a_file_or_in_one_line(tmp_path):
    r"""Secret stores often keep one line, with ``\n`` written out; both give the same key."""
    file = tmp_path / "key.pem"
    file.write_text(PEM)
    file.chmod(0o600)
    one_line = PEM.replace("\n", "\\n")

    read = [
        Settings.from_environment(GOOD | given).salesforce.private_key.reveal().strip()
        for given in ({"TALK_SALESFORCE_PRIVATE_KEY_FILE": str(file)}, {"TALK_SALESFORCE_PRIVATE_KEY": one_line})
    ]

    assert read == [PEM.strip()] * 2


def test_settings_can_be_printed_without_their_secrets():
    """No way of turning settings into text shows a secret."""
    settings = Settings.from_environment(GOOD)

    assert "c4n4ry" not in f"{settings!r} {settings} {settings.customerp.api_key}"
    assert settings.customerp.api_key == Secret("c4n4ry-api-key")
    assert settings.customerp.api_key != Secret("another")


def test_environment_wins_over_the_file(tmp_path, monkeypatch):
    """`.env` fills in what the environment does not say, letter by letter."""
    (tmp_path / ".env").write_text("TALK_STORE=/file.duckdb\nTALK_CUSTOMERP_API_KEY='pa$HOME'\nTALK_OTHER\n")
    (tmp_path / ".env").chmod(0o600)
    monkeypatch.setenv("TALK_STORE", "/environment.duckdb")

    found = environment(tmp_path)

    assert found["TALK_STORE"] == "/environment.duckdb"
    assert found["TALK_CUSTOMERP_API_KEY"] == "pa$HOME"
    assert "TALK_OTHER" not in found


def test_announced_systems_become_settings(tmp_path):
    """The line that `talk sandbox` prints is enough to reach both systems."""
    facts = {
        "salesforce": {
            "url": "http://127.0.0.1:8801",
            "client_id": "id",
            "client_secret": "secret",
            "external_id_field": "Our_Key__c",
        },
        "customerp": {"url": "http://127.0.0.1:8802", "api_key": "key"},
    }

    settings = Settings.from_environment(variables_for(facts, store=tmp_path / "s.duckdb"))

    assert settings.salesforce.url == "http://127.0.0.1:8801"
    assert settings.salesforce.external_id_field == "Our_Key__c"
    assert settings.customerp.api_key.reveal() == "key"
    assert settings.store == tmp_path / "s.duckdb"


def test_store_is_the_same_file_from_another_directory(tmp_path, monkeypatch):
    """A process started elsewhere opens the store that a relative path means here."""
    monkeypatch.chdir(tmp_path)

    assert store_path(with_absolute_paths(GOOD)) == tmp_path / "data" / "talk.duckdb"


def test_example_file_shows_every_variable_with_its_default():
    """`.env.example` is complete and true."""
    shown = dict(re.findall(r"^(?:# )?(TALK_\w+)=(.*)$", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))

    assert sorted(shown) == sorted(
        [variable.name for variable in VARIABLES] + [variable.file_name for variable in VARIABLES if variable.secret]
    )
    assert {v.name: shown[v.name] for v in VARIABLES if v.default is not None} == {
        v.name: v.default for v in VARIABLES if v.default is not None
    }


def test_secret_may_come_from_a_private_file(tmp_path, monkeypatch):
    """The file's text, without the line end; a relative path still leads there from another directory."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "key"
    file.write_text("from-a-file-77\n")
    file.chmod(0o600)
    environ = GOOD | {"TALK_CUSTOMERP_API_KEY": "", "TALK_CUSTOMERP_API_KEY_FILE": "key"}

    assert Settings.from_environment(environ).customerp.api_key.reveal() == "from-a-file-77"
    assert with_absolute_paths(environ)["TALK_CUSTOMERP_API_KEY_FILE"] == str(file)


@pytest.mark.parametrize(("mode", "reason"), [(0o644, "chmod 600 "), (0o640, "chmod 600 "), (None, "No such file")])
def test_secret_file_that_others_read_is_refused(tmp_path, mode, reason):
    """The message names variable and file, and what to do, and never the secret."""
    file = tmp_path / "key"
    if mode is not None:
        file.write_text("from-a-file-77")
        file.chmod(mode)
    with pytest.raises(ConfigurationError, match=reason) as caught:
        Settings.from_environment(GOOD | {"TALK_CUSTOMERP_API_KEY": "", "TALK_CUSTOMERP_API_KEY_FILE": str(file)})

    assert f"TALK_CUSTOMERP_API_KEY_FILE names {file}" in str(caught.value)
    assert "from-a-file-77" not in str(caught.value)


def test_env_file_with_secrets_that_others_read_is_refused(tmp_path):
    """Without secrets in it, anybody may read it."""
    file = tmp_path / ".env"
    file.write_text("TALK_STORE=x.duckdb\nTALK_CUSTOMERP_API_KEY=\n")
    file.chmod(0o644)
    assert environment(tmp_path)["TALK_STORE"] == "x.duckdb"
    file.write_text("TALK_CUSTOMERP_API_KEY=c4n4ry-api-key\n")

    with pytest.raises(ConfigurationError, match=f"chmod 600 {file}") as caught:
        environment(tmp_path)
    assert "TALK_CUSTOMERP_API_KEY" in str(caught.value)
    assert "c4n4ry" not in str(caught.value)
    file.chmod(0o600)
    assert environment(tmp_path)["TALK_CUSTOMERP_API_KEY"] == "c4n4ry-api-key"
