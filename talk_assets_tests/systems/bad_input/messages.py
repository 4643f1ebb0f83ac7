"""What any message to a person must be, whatever an end said."""

import re

from talk_assets_tests.systems.bad_input.ends import ORG, TENANT

LONGEST = 1500
_ACTING = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def check(text, system):
    """One line that names the end and says what was not done and what to do, with nothing in it that acts or leaks."""
    assert system.title in text
    assert re.search(r"Nothing|was not|No |not sent|read back", text), text
    assert not _ACTING.search(text), text
    assert len(text) <= LONGEST
    for secret in (ORG.client_secret, TENANT.api_key, "Bearer"):
        assert secret not in text
