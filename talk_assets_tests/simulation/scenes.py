"""Which scene a seed plays."""

from talk_assets_tests.simulation.run import Scene

PEOPLE = Scene(kinds=("contact",), records=90, cycles=6, edits=40)
DOCUMENTS = Scene(kinds=("product", "contact", "order", "order_line"), records=12, cycles=5, edits=25)
HUNT = Scene(kinds=("contact",), records=30, cycles=5, edits=30)
"""What protocol bugs are hunted in: short, so that many can be played."""


def scene_of(seed: int) -> Scene:
    """The scene of *seed*: mostly people, who are cheap to simulate."""
    return PEOPLE if seed % 5 else DOCUMENTS
