"""The rows that are committed: what both ends agreed on of 10,000 contacts, or of all if there are fewer."""

from bench.case import Context
from talk_assets.entities import PAIRS

PAIR = PAIRS["contact"]
MOST = 10_000


def store_of(context: Context) -> str:
    """The store of linked contacts."""
    return str(context.folder / "ours" / "store.duckdb")
