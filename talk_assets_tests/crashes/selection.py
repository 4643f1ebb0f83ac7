"""Which of all crashes a test run takes: all of them with TALK_CRASH=all, else a few of each kind.

The few are drawn with a seed (TALK_CRASH_SEED), so that the same ones are taken again.
"""

import os
from random import Random

ALL = os.environ.get("TALK_CRASH") == "all"
SEED = os.environ.get("TALK_CRASH_SEED", "1")


def drawn(cases, count, *, about):
    """Return all *cases*, or *count* of them drawn for what they are *about*."""
    listed = list(cases)
    if ALL or count >= len(listed):
        return listed
    random = Random(f"{SEED} {about}")  # noqa: S311 - repeats on purpose
    return sorted(random.sample(listed, count), key=listed.index)
