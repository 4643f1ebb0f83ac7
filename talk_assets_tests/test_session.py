"""A session belongs to two ends: a store filled from others is refused before anything is read."""

from dataclasses import replace

import pytest

from talk_assets.model.errors import StoreMismatchError
from talk_assets.model.system import System


@pytest.mark.parametrize("system", System)
def test_a_store_of_another_tenant_is_refused(twins, system):
    """Pointed at another org or tenant, a run stops before it reads or writes."""
    twins.add("contact", System.CUSTOMERP, last_name="Berg")
    twins.session()
    end = twins.ends[system]
    end._identity = replace(end.identify(), tenant="another")
    calls = [e.calls.total for e in twins.ends.values()]
    with pytest.raises(StoreMismatchError, match="another"):
        twins.session()

    assert [e.calls.total for e in twins.ends.values()] == calls


def test_a_session_begins_as_often_as_one_likes(twins):
    """Beginning again changes nothing in the store."""
    twins.cycle(pairs=["contact"])
    before = twins.dump()
    twins.session()

    assert twins.dump() == before
