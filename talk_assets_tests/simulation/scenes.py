"""Which scene a seed plays."""

import os

from talk_assets_tests.simulation.run import Scene

RUNS = int(os.environ.get("TALK_TEST_SIMULATION_RUNS", "4"))
"""Seeds that the test suite plays, about 110 record histories each; a soak plays more."""
FIRST_SEEDS = tuple(range(1, RUNS + 1, 2))
SECOND_SEEDS = tuple(range(2, RUNS + 1, 2))

PEOPLE = Scene(kinds=("contact",), records=90, cycles=6, edits=40)
DOCUMENTS = Scene(kinds=("product", "contact", "order", "order_line"), records=12, cycles=5, edits=25)
DOCUMENTS_FROM = 1_000_000
"""Seeds from here on play orders with their lines, products and people."""
HUNT = Scene(kinds=("contact",), records=30, cycles=5, edits=30, meddling=0.2, mails=0.9)
"""What protocol bugs are hunted in: short, so that many can be played."""


def scene_of(seed: int) -> Scene:
    """The scene of *seed*: people, who are cheap to simulate; documents from `DOCUMENTS_FROM` on."""
    return PEOPLE if seed < DOCUMENTS_FROM else DOCUMENTS
