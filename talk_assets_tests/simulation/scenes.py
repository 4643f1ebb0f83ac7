"""Which scene a seed plays."""

import os
from collections.abc import Iterator
from itertools import count

from talk_assets_tests.simulation.hunts import HUNTS
from talk_assets_tests.simulation.scene import Scene

RUNS = int(os.environ.get("TALK_TEST_SIMULATION_RUNS", "8"))
"""Seeds of people that the test suite plays, about 110 record histories each; a soak plays more."""

PEOPLE = Scene(kinds=("contact",), records=90, cycles=6, edits=40)
DOCUMENTS = Scene(kinds=("product", "contact", "order", "order_line"), records=12, cycles=5, edits=25)
DOCUMENTS_FROM = 1_000_000
"""Seeds from here on play orders with their lines, products and people."""
OPERATED = Scene(records=30, cycles=8, edits=15, asked=("department", "city"), operated=0.8)
OPERATED_FROM = 2_000_000
"""Seeds from here on play people, and somebody who looks after the sync between its runs."""
HUNTED_FROM = 3_000_000
"""Seeds from here on play the scenes in which protocol bugs are hunted, by turns."""

FIRST_SEEDS = (*range(1, RUNS + 1, 2), DOCUMENTS_FROM + 7)
SECOND_SEEDS = (*range(2, RUNS + 1, 2), OPERATED_FROM)


def scene_of(seed: int) -> Scene:
    """The scene of *seed*: people, who are cheap to simulate, then documents, operators, and one kind of trouble."""
    if seed < DOCUMENTS_FROM:
        return PEOPLE
    if seed < OPERATED_FROM:
        return DOCUMENTS
    return OPERATED if seed < HUNTED_FROM else HUNTS[seed % len(HUNTS)]


def seeds_from(first: int) -> Iterator[int]:
    """Seeds for a soak: of every six two play people and two one kind of trouble, one documents, one operators."""
    for seed in count(first):
        apart = (
            {1: HUNTED_FROM, 3: DOCUMENTS_FROM, 4: OPERATED_FROM, 5: HUNTED_FROM}.get(seed % 6, 0)
            if first < DOCUMENTS_FROM
            else 0
        )
        yield seed + apart
