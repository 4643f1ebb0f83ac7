"""What tests of the whole engine share."""

import pytest

from talk_assets_tests.twins import Twins


@pytest.fixture
def twins():
    """Both ends in memory, an empty store and a clock that moves when told."""
    both = Twins()
    yield both
    both.db.close()
