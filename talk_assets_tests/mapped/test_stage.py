"""What translating adds to the rows: the key under which the other end knows our copy."""

from uuid import uuid5

from hypothesis import given
from hypothesis import strategies as st

from talk_assets.mapped.stage import NAMESPACE, create_key, create_keys
from talk_assets.model.system import System


@given(st.lists(st.text(max_size=30), max_size=20))
def test_keys_are_uuids_of_version_5(subjects):
    """They are what the standard library makes of the record's name, so that any program can make them."""
    keys = create_keys("tenant/ø", System.CUSTOMERP, "contact", subjects)

    assert keys == [uuid5(NAMESPACE, f"tenant/ø/customerp/contact/{one}").hex for one in subjects]
    assert keys == [create_key("tenant/ø", System.CUSTOMERP, "contact", one) for one in subjects]
