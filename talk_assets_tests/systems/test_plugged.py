"""A package of somebody else's brings its own port for the Customerp end."""

import json
import os
import subprocess
import sys

import pytest

from talk_assets.model.errors import ConfigurationError
from talk_assets.resources import utc_now
from talk_assets.systems.customerp import CustomerpPort
from talk_assets.systems.plugged import Opening, open_customerp
from talk_assets_tests.cli.conftest import TalkCommand
from talk_assets_tests.served import Served

PROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "northwind-port"
version = "1.2.3"

[project.entry-points."talk_assets.customerp"]
northwind = "northwind_port:open_port"
broken = "northwind_port:no_such_thing"
other = "northwind_port:open_other"
"""
MODULE = '''\
"""A port that counts how often it was opened, and speaks the Customerp contract otherwise."""

from talk_assets.systems.customerp import CustomerpLogin, CustomerpPort


def open_port(opening):
    with open("opened.txt", "a") as file:
        print(sorted(opening.entities), opening.url, file=file)
    return CustomerpPort(
        login=CustomerpLogin(url=opening.url, api_key=opening.api_key), entities=opening.entities, clock=opening.clock
    )


def open_other(opening):
    return object()
'''


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder that the package was installed into, from a wheel that was built of it."""
    folder = tmp_path_factory.mktemp("northwind")
    source, wheels, site = folder / "source", folder / "wheels", folder / "site"
    source.mkdir()
    (source / "pyproject.toml").write_text(PROJECT)
    (source / "northwind_port.py").write_text(MODULE)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(source)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = wheels.iterdir()
    subprocess.run([*pip, "install", "--no-deps", "--target", str(site), str(wheel)], check=True, capture_output=True)
    return site


@pytest.fixture(scope="module")
def served():
    with Served() as found:
        found.customerp.create("contacts", {"familyName": "Byron", "givenName": "Ada"})
        yield found


@pytest.fixture
def talk(tmp_path, installed, served):
    """`talk` beside the installed package, before both embedded systems."""
    command = TalkCommand(tmp_path)
    path = os.pathsep.join([str(installed), *filter(None, [os.environ.get("PYTHONPATH")])])
    command.environ |= served.variables(tmp_path / "talk.duckdb") | {"PYTHONPATH": path}
    return command


def test_port_of_an_installed_package_is_used_and_named(talk):
    """The setting alone lets a sync go through the package's port; `talk status` says which it was."""
    synced = talk.run("sync", "--pair", "contact", "--json", TALK_CUSTOMERP_PORT="northwind")
    shown = talk.run("status", TALK_CUSTOMERP_PORT="northwind").stdout
    doctor = json.loads(talk.run("doctor", "--json", TALK_CUSTOMERP_PORT="northwind").stdout)

    assert synced.returncode == 0, synced.stderr
    assert json.loads(synced.stdout)["pairs"]["contact"]["salesforce"]["created"] == 1
    opened = (talk.folder / "opened.txt").read_text()
    assert opened.count("\n") == 2
    assert "'contact'" in opened
    assert "northwind of northwind-port 1.2.3" in shown
    about = {(found["check"], found["about"]) for found in doctor["findings"] if found["system"] == "customerp"}
    assert {("port", "northwind"), ("resource", "contacts"), ("resource", "orders")} <= about


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("southwind", "Set it to one of customerp, broken, northwind, other"),
        ("broken", "broken of northwind-port 1.2.3 cannot be loaded"),
        ("other", "opened something that is no port of Customerp"),
    ],
)
def test_port_that_cannot_be_opened_is_a_wrong_setting(installed, monkeypatch, name, said):
    """What is wrong with the package is said before anything is read, with what to do."""
    monkeypatch.syspath_prepend(installed)
    with pytest.raises(ConfigurationError) as refused:
        open_customerp(name, Opening(url="http://127.0.0.1:9", api_key="key", entities={}, clock=utc_now))

    assert said in str(refused.value)
    assert "Nothing was read or written." in str(refused.value)


def test_our_own_port_needs_no_package():
    """Without the setting Customerp is spoken to by its contract."""
    port = open_customerp("customerp", Opening(url="http://127.0.0.1:9", api_key="key", entities={}, clock=utc_now))

    assert isinstance(port, CustomerpPort)
    port.close()
