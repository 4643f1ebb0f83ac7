"""Runs that die at a place on their way."""

from contextlib import contextmanager

import pytest

from talk_assets.model import failpoints


class Killed(BaseException):
    """What a process that dies does not handle."""


@contextmanager
def dying_at(place, *, passing=1):
    """Let the run die when it comes to *place* for the time that *passing* counts."""
    passed = []

    def reached(name):
        if name == place:
            passed.append(name)
            if len(passed) == passing:
                raise Killed

    failpoints.WATCHERS.append(reached)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        failpoints.WATCHERS.remove(reached)
