"""The ground where runs die, one a test process."""

import pytest

from talk_assets_tests.crashes.ground import Ground


@pytest.fixture(scope="session")
def ground(tmp_path_factory):
    """Two served systems, stores to begin with, and processes to kill."""
    with Ground(tmp_path_factory.mktemp("crashes")) as found:
        yield found
