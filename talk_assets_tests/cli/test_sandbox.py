"""`talk sandbox` as a real process."""

import json
import signal
import socket
import stat

import httpx
import pytest


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_sandbox_announces_both_systems_and_ends_cleanly(talk, number):
    """One line of JSON when both answer; SIGTERM and Ctrl-C are a normal way to end."""
    process = talk.start("sandbox", "--salesforce-port", "0", "--customerp-port", "0", "--sample", "none")
    try:
        facts = json.loads(process.stdout.readline())

        assert set(facts["salesforce"]) == {
            "url",
            "client_id",
            "client_secret",
            "username",
            "password",
            "external_id_field",
        }
        assert set(facts["customerp"]) == {"url", "api_key"}
        assert status_of(facts["salesforce"]["url"] + "/services/data") == 200
        assert status_of(facts["customerp"]["url"] + "/api/v1/contacts") == 401
    finally:
        process.send_signal(number)
        rest, complaints = process.communicate(timeout=20)

    assert process.returncode == 0
    assert (rest, complaints) == ("", "")


def status_of(url: str) -> int:
    return httpx.get(url, timeout=10, trust_env=False).status_code


def test_records_are_kept_for_their_owner_only(talk):
    """What a command writes is personal data, so nobody else on the machine can read it."""
    process = talk.start(
        *("sandbox", "--salesforce-port", "0", "--customerp-port", "0"),
        *("--sample", "none", "--data-dir", "kept"),
    )
    try:
        process.stdout.readline()
        written = [talk.folder / "kept", *(talk.folder / "kept").iterdir()]

        assert {path.name for path in written} >= {"salesforce.sqlite", "customerp.sqlite"}
        assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in written} == {0}
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_what_a_customerp_cannot_lack_is_named(talk):
    """No such capability: 2, with those there are, and nothing was started."""
    refused = talk.run("sandbox", "--customerp-without", "etag,wings")

    assert refused.returncode == 2
    assert refused.stdout == ""
    assert "no capability is named wings; there are etag" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_port_in_use_is_named(talk):
    """The message says which port, and how to choose another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = talk.run("sandbox", "--salesforce-port", str(port), "--customerp-port", "0", "--sample", "none")

    assert refused.returncode == 2
    assert refused.stdout == ""
    assert f"Port {port}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_faults_begin_after_the_sample(talk):
    """The profile and its seed stand in both systems, and the sample was loaded before them."""
    process = talk.start(
        *("sandbox", "--salesforce-port", "0", "--customerp-port", "0", "--faults", "hostile", "--seed", "5")
    )
    try:
        facts = json.loads(process.stdout.readline())
        told = [httpx.get(f"{facts[end]['url']}/sandbox/faults", trust_env=False).json() for end in facts]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)

    assert all(one["seed"] == 5 and len(one["faults"]) > 10 and one["log"] == [] for one in told)
