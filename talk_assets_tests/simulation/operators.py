"""What people who look after the sync do between its runs: decide, try again, link and unlink, change its rules."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from talk_assets.entities import LOOKUPS
from talk_assets.links.by_hand import link_by_hand, unlink_by_hand
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import decisions, intents, mapped, quarantine
from talk_assets_tests.simulation.world import World

SALESFORCE, CUSTOMERP = System
WHO = "a person"


@dataclass(kw_only=True)
class Operators:
    """They act on the store, and only while no run has it."""

    world: World
    apart: list[tuple[EntityPair, dict[System, str]]] = field(default_factory=list)
    hidden: list[tuple[System, str, str]] = field(default_factory=list)

    def act(self) -> None:
        """Do one thing, or nothing."""
        chosen: Callable[[], None] = self.world.chance.choice(
            (self.decide, self.decide, self.retry, self.unlink, self.link, self.hide, self.show, self.declare)
        )
        if self.world.db.value("SELECT count(*) FROM store.meta WHERE key = 'tenant_customerp'"):
            self.world.trace.add(f"  operator: {chosen.__name__}")
            chosen()

    def finish(self) -> None:
        """Put back what was taken away, so that all can come into step."""
        while self.hidden:
            self.show()
        self.world.declared = {}
        while self.apart:
            self.link()

    def decide(self) -> None:
        """Say who wins the open conflicts, or some of them."""
        world = self.world
        for pair in world.pairs.values():
            for row in decisions.undecided(world.db, pair).to_dicts():
                if row["property"] is not None and world.chance.random() < 0.7:
                    names = ("pair", "link_id", "property", "salesforce_value", "customerp_value")
                    winner = world.chance.choice(tuple(System))
                    decisions.decide(world.db, {n: row[n] for n in names}, winner=winner, by=WHO, now=world.clock())
                    world.ledger.counts["conflict decided"] += 1

    def retry(self) -> None:
        """Let everything that was refused be tried again."""
        world = self.world
        for pair in world.pairs.values():
            with world.db.transaction():
                released = quarantine.release(world.db, pair)
                intents.release(world.db, list(LOOKUPS))
                for stage, system, record in released.iter_rows():
                    if stage == "writeback":
                        mapped.touch(world.db, pair, System(system), [record])
                        world.ledger.counts["refusal released"] += 1

    def unlink(self) -> None:
        """Take a link away; both records wait until somebody links them again."""
        world = self.world
        pair = world.chance.choice([p for p in world.pairs.values() if p.parent is None])
        found = world.db.rows(
            f"SELECT salesforce_id, customerp_id FROM links.\"{pair.name}\" WHERE state = 'live' ORDER BY link_id"  # noqa: S608
        )
        if not found or any(p.parent == pair.name for p in world.pairs.values()):
            return
        ids = dict(zip(System, map(str, world.chance.choice(found)), strict=True))
        unlink_by_hand(world.db, pair, world.pairs, ids[SALESFORCE], by=WHO, now=world.clock())
        for system, record in ids.items():
            # From here on nothing tells which end emptied what: a value beats an empty one.
            world.ledger.twice.add(world.ledger.person[system, record])
        self.apart.append((pair, ids))
        world.ledger.counts["link taken away"] += 1

    def link(self) -> None:
        """Link again what was unlinked."""
        if not self.apart:
            return
        world = self.world
        pair, ids = self.apart.pop(0)
        try:
            link_by_hand(world.db, pair, world.pairs, ids, by=WHO, now=world.clock())
        except ConfigurationError as error:
            world.trace.add(f"  {error}")
        else:
            world.ledger.counts["link made by hand"] += 1

    def hide(self) -> None:
        """Take a permission away: a property is not shown any more."""
        world = self.world
        kind = world.chance.choice(tuple(world.kinds.values()))
        system, name = world.chance.choice(tuple(System)), world.chance.choice(kind.editable)
        if name in kind.required or kind.through_account(system, name):
            return
        path = kind.path(system, name)
        world.ends[system].hide(kind.pair, path)
        self.hidden.append((system, kind.pair, path))
        world.ledger.counts["permission taken"] += 1

    def show(self) -> None:
        """Give a permission back."""
        if self.hidden:
            system, entity, path = self.hidden.pop(0)
            self.world.ends[system].hide(entity, path, hidden=(system, entity, path) in self.hidden)

    def declare(self) -> None:
        """Take a property out of the declaration, or put all back."""
        world = self.world
        if world.declared:
            world.declared = {}
            return
        kind = world.chance.choice([k for k in world.kinds.values() if not k.of])
        free = [n for n in kind.texts if n not in kind.required and not kind.through_account(SALESFORCE, n)]
        if free:
            gone, pair = world.chance.choice(free), world.pairs[kind.pair]
            kept = tuple(p for p in pair.properties if p.name != gone)
            match = tuple(key for key in pair.match if gone not in key.properties)
            world.declared = {kind.pair: replace(pair, properties=kept, match=match)}
            world.ledger.counts["property undeclared"] += 1
