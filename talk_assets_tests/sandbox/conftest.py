"""Fixtures of the embedded systems' tests: a clock that only moves when told."""

from datetime import UTC, datetime, timedelta

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
