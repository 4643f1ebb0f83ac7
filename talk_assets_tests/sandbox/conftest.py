"""Fixtures of the embedded systems' tests: a clock that only moves when told."""

from datetime import UTC, datetime, timedelta
from importlib.util import find_spec

import pytest


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)

    def __call__(self):
        return self.now

    def move(self, **delta):
        self.now += timedelta(**delta)


@pytest.fixture
def clock():
    return Clock()


if find_spec("simple_salesforce") is None:  # an environment made before the clients were required
    collect_ignore = ["clients"]
