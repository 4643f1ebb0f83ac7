"""Both embedded systems run together, on ports of their own, and keep what they are told to keep."""

import json
import socket

import httpx
import pytest

from talk_assets.sandbox.server import PortInUseError, sandbox


def contacts(systems):
    """Return what Customerp lists as contacts."""
    answer = httpx.get(
        f"{systems.customerp.url}/api/v1/contacts",
        headers={"Authorization": f"Bearer {systems.customerp.api_key}"},
    )
    return answer.raise_for_status().json()["items"]


def test_both_systems_answer_with_the_facts_given():
    """The facts are enough to sign in to Salesforce and to read Customerp."""
    with sandbox() as systems:
        form = {
            "grant_type": "client_credentials",
            "client_id": systems.salesforce.client_id,
            "client_secret": systems.salesforce.client_secret,
        }
        token = httpx.post(f"{systems.salesforce.url}/services/oauth2/token", data=form)

        assert "access_token" in token.json()
        assert contacts(systems) == []


def test_the_facts_are_one_line_of_json():
    """A program that starts the sandbox reads one line and knows everything."""
    with sandbox() as systems:
        line = systems.as_json_line()

    facts = json.loads(line)
    assert "\n" not in line
    assert set(facts) == {"salesforce", "customerp"}
    assert set(facts["customerp"]) == {"url", "api_key"}
    assert set(facts["salesforce"]) == {
        "url",
        "client_id",
        "client_secret",
        "username",
        "password",
        "external_id_field",
    }


def test_a_taken_port_is_named():
    """The error says which port and what to do, and leaves nothing running."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(PortInUseError, match=f"Port {port} .* another port"), sandbox(customerp_port=port):
            pytest.fail("started on a port that is taken")


def test_ports_can_be_chosen():
    """The URL has the port that was asked for."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with sandbox(salesforce_port=port) as systems:
        assert systems.salesforce.url == f"http://127.0.0.1:{port}"


def test_a_data_directory_outlives_the_systems(tmp_path):
    """Records are there again after a restart, and the sample is not loaded a second time."""
    folder = tmp_path / "sandbox"
    with sandbox(data_dir=folder, sample="small") as systems:
        before = contacts(systems)
    with sandbox(data_dir=folder, sample="small") as systems:
        after = contacts(systems)

    assert after == before != []
    assert {path.name for path in folder.glob("*.sqlite")} == {"salesforce.sqlite", "customerp.sqlite"}


def test_the_sample_is_loaded_into_databases_that_are_still_empty(tmp_path):
    """Starting without the sample first does not keep it out later."""
    with sandbox(data_dir=tmp_path):
        pass
    with sandbox(data_dir=tmp_path, sample="small") as systems:
        assert contacts(systems) != []


def test_the_sample_stays_out_of_systems_that_hold_something(tmp_path):
    """One record of the user's own is enough."""
    with sandbox(data_dir=tmp_path) as systems:
        httpx.post(
            f"{systems.customerp.url}/api/v1/contacts",
            headers={"Authorization": f"Bearer {systems.customerp.api_key}"},
            json={"familyName": "Mine"},
        ).raise_for_status()
    with sandbox(data_dir=tmp_path, sample="small") as systems:
        assert [contact["familyName"] for contact in contacts(systems)] == ["Mine"]
