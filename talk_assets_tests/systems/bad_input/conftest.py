"""Both ends behind relays that can spoil an answer."""

import pytest

from talk_assets_tests.systems.bad_input.ends import customerp_behind, salesforce_behind


@pytest.fixture(scope="module", params=["Salesforce", "Customerp"])
def behind(request):
    with salesforce_behind() if request.param == "Salesforce" else customerp_behind() as end:
        yield end


@pytest.fixture
def end(behind):
    """An end whose answers are true again after the test."""
    yield behind
    behind.relay.heal()
