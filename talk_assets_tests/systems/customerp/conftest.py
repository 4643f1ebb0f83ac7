"""A scripted Customerp."""

import pytest

from talk_assets.systems.customerp import CustomerpLogin, CustomerpPort
from talk_assets.systems.customerp.profile import Profile


@pytest.fixture
def scripted(peer, patience):
    """Start a peer that answers as told, and a port to it."""

    def start(entities, *answers):
        one = peer(*answers)
        login = CustomerpLogin(url=one.url, api_key="canary-key")
        return one, CustomerpPort(login=login, entities=entities, patience=patience, profile=Profile())

    return start
