"""Verifications of the embedded systems, as they are or bent by a test."""

import pytest

from talk_assets_tests.verify.verified import Verified


@pytest.fixture
def systems():
    with Verified() as both:
        yield both
