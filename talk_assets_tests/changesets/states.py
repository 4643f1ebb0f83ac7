"""The record-state tables and the worlds they are played in: many records, one store, few cycles."""

from dataclasses import dataclass, replace
from pathlib import Path

from talk_assets.entities import PAIRS
from talk_assets.model.pair import DeletePolicy
from talk_assets.model.system import System
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System
SHORT = {"-": None, "S": "salesforce", "C": "customerp"}


def table(name: str) -> list[dict[str, str]]:
    """The rows of the table in the document *name*, by heading."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    lines = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    heading, _, *rows = ([cell.strip() for cell in line] for line in lines)
    return [dict(zip(heading, row, strict=True)) for row in rows]


def policy_pairs(policy: DeletePolicy):
    """All pairs, documents and records with *policy*; lines are always removed with their counterparts."""
    return {name: pair if pair.parent else replace(pair, deletes=policy) for name, pair in PAIRS.items()}


def link_state(text: str) -> str:
    """The link state that the table calls, for instance, `C deleted`."""
    end, _, what = text.partition(" ")
    return f"{SHORT.get(end, end)}_{what}" if what else text


@dataclass(frozen=True, kw_only=True)
class Linked:
    """Two linked records: their ids by end."""

    pair: str
    ids: dict[System, str]


class World:
    """Both ends in memory, and what users do there by name of the action."""

    def __init__(self, policy: DeletePolicy) -> None:
        self.twins = Twins(pairs=policy_pairs(policy))

    def link_of(self, linked: Linked) -> str:
        """The state of the link that holds the Customerp record."""
        found = self.twins.db.value(
            f'SELECT state FROM links."{linked.pair}" WHERE customerp_id = ?',  # noqa: S608 - a declared name
            [linked.ids[CUSTOMERP]],
        )
        return str(found)

    def finish(self) -> None:
        """Sync what was done: what moved, then two whole reads an hour apart; keep what is told at rest."""
        self.twins.cycle()
        self.twins.cycle(full=True)
        self.twins.clock.tick(3700)
        self.twins.cycle(full=True)
        self.twins.cycle()
        self.before = (self.twins.dump(), self.twins.writes)
        report = None
        for _ in range(2):
            report = self.twins.cycle()
        self.after = (self.twins.dump(), self.twins.writes)
        self.told: dict[tuple[str, str, str], set[str]] = {}
        for row in report.waiting.iter_rows(named=True):
            self.told.setdefault((row["pair"], row["system"], row["id"]), set()).add(row["state"])

    def told_of(self, pair: str, *records: tuple[System, str]) -> str:
        """What a person is shown of the records, as the table writes it."""
        found = set().union(*(self.told.get((pair, system.value, record), set()) for system, record in records))
        return ", ".join(sorted(found)) or "-"
