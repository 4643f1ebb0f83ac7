"""A server that lacks a capability and says so keeps the contract, and is told to lack just that."""

import pytest

from talk_assets.conformance.run import Outcome, examine, opened
from talk_assets.conformance.sentences import CAPABILITIES as KNOWN
from talk_assets.conformance.server import Login
from talk_assets.sandbox.customerp import CustomerpSettings, Profile, create_app
from talk_assets.sandbox.customerp.profile import CAPABILITIES
from talk_assets.sandbox.serving import running
from talk_assets_tests.served import MovingClock

PROFILES = [*((name,) for name in CAPABILITIES), CAPABILITIES]


@pytest.mark.parametrize("without", PROFILES, ids=[*CAPABILITIES, "worst"])
def test_what_is_lacking_is_told_and_nothing_else(without):
    """No sentence is broken, what was made is gone again, and the capabilities to declare are those that lack."""
    own, clock = CustomerpSettings(profile=Profile.lacking(without)), MovingClock()
    app = create_app(settings=own, clock=clock)
    with running(app, on_stop=app.state.release) as url, opened() as http:
        login = Login(url=url, key=own.api_key, client=(own.client_id, own.client_secret))
        found = examine(login, http=http, sleep=lambda seconds: clock.move(seconds=seconds))
    app.state.close()

    assert [(one.sentence.id, one.seen) for one in found.verdicts if one.outcome is Outcome.BROKEN] == []
    assert {name for name, there in found.capabilities().items() if not there} == set(without)
    assert found.left == ()
    assert len([one for one in found.verdicts if one.outcome is Outcome.HOLDS]) > 40


def test_both_know_the_same_capabilities():
    """What the embedded server can lack is what the contract names."""
    assert tuple(KNOWN) == CAPABILITIES
