"""When an end is not called any more."""

import pytest

from talk_assets.model.errors import BudgetUsedError, PeerUnavailableError
from talk_assets.model.reserve import Reserve
from talk_assets.systems.http import Call

READ = Call(method="GET", path="/things", kind="read")


def used(answer, calls):
    return answer(b"{}", headers=(f"Sforce-Limit-Info: api-usage={calls}/100",))


def test_the_reserve_is_never_touched(client, peer, answer):
    """The call that leaves just the reserve is the last one; the next is refused before it is sent."""
    home = peer(used(answer, 89), used(answer, 90), used(answer, 91))
    opened = client(home.url, reserve=Reserve(share=0.1))
    opened.read(READ)
    opened.ready()
    opened.read(READ)

    with pytest.raises(BudgetUsedError, match="10 of 100 API calls left today, and 10 are kept"):
        opened.ready()
    with pytest.raises(BudgetUsedError):
        opened.read(READ)
    assert len(home.requests) == 2


def test_an_end_that_names_no_allowance_is_called(client, peer, answer):
    """Customerp counts no calls."""
    home = peer(answer(b"{}"), answer(b"{}"))
    opened = client(home.url, reserve=Reserve(calls=10))
    opened.read(READ)
    opened.ready()
    assert opened.read(READ).status == 200


def test_a_long_wish_for_rest_is_heeded(client, peer, answer):
    """After Retry-After beyond our patience nothing more is sent until then."""
    home = peer(answer(b"{}", status="503 Service Unavailable", headers=("Retry-After: 300",)))
    opened = client(home.url)

    with pytest.raises(PeerUnavailableError):
        opened.read(READ)
    with pytest.raises(PeerUnavailableError, match="left alone for 300 s"):
        opened.ready()
