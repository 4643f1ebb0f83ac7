"""What a run holds: the two ends, the store, the clock and the settings that change decisions."""

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from enum import StrEnum

from talk_assets.model.changes import Tally
from talk_assets.model.errors import ConfigurationError, StoreMismatchError
from talk_assets.model.pair import EntityPair, Guards
from talk_assets.model.system import System
from talk_assets.model.wire import Entity
from talk_assets.store import doubt, history, intents
from talk_assets.store.database import Database
from talk_assets.store.past import How, Reading
from talk_assets.store.tables import create_tables
from talk_assets.systems.port import Identity, SystemPort

_LOG = logging.getLogger(__name__)
INTENTS_KEPT = timedelta(days=30)
"""How long settled intents stay: longer than a store restored from a backup is likely to lag behind."""


class PrivateContacts(StrEnum):
    """What an order of a contact without a company does about the Account that Salesforce needs."""

    CREATE = "create"
    PARK = "park"


@dataclass(frozen=True, kw_only=True)
class Options:
    """Settings that change what is decided, not where the ends are.

    *sweep_patience* is the time in seconds between two whole reads before absence counts as deletion.
    *translate_records* is how many records are translated at a time, *compare_records* how many links are compared.
    *reread_chunk* is how many records are compared again in one call before they are written,
    *concurrent_writes* how many batches are under way at once, and *group_records* how many records'
    answers the store takes in one transaction. *prepare_records* is how many creations are made ready
    at a time, and *most_lines* how many lines a document may have to be created. *retry_pause* is the
    longest pause in seconds before a write is tried a second time; it doubles with each further try.
    *show_values* puts records' values into Dagster's pages, and so into its event database. *history_kept* is how
    long the store remembers which value stood where, *journal_kept* what each run did.
    """

    account_for_private_contacts: PrivateContacts = PrivateContacts.CREATE
    opportunity_stage: str = "Prospecting"
    opportunity_days: int = 30
    sweep_patience: float = 3600.0
    translate_records: int = 20_000
    compare_records: int = 10_000
    reread_chunk: int = 2000
    concurrent_writes: int = 4
    group_records: int = 2000
    prepare_records: int = 4000
    most_lines: int = 20_000
    retry_pause: float = 15.0
    show_values: bool = False
    history_kept: timedelta = timedelta(days=90)
    journal_kept: timedelta = timedelta(days=90)


@dataclass(kw_only=True)
class Session:
    """One run's parts.

    *addresses* are where people see an end's records. *limits* are guards that hold in this run in place of the
    declared ones, by pair. *accept* is the hash of a plan that a person approved past its guard, *cleared* the pairs
    whose guard has let this run pass: what is left of an approved plan half-way through must not stop again.
    *made* holds the links of records made in this run: what completes one (a price, a status) is part of making it.
    *reconciled* holds the store's change number at which each pair was last reconciled in this run. *random* gives
    numbers from 0 up to 1, for pauses. *postponed* names (pair, end, origin) of what could not be brought to an end.
    *reads* says how each entity of an end was last read in this run, *run* is the Dagster run's id, and *started* when
    the run began.
    """

    db: Database
    ends: Mapping[System, SystemPort]
    clock: Callable[[], datetime]
    random: Callable[[], float] = random.random
    pairs: Mapping[str, EntityPair]
    lookups: Mapping[str, Entity]
    options: Options = field(default_factory=Options)
    addresses: Mapping[System, str] = field(default_factory=dict)
    limits: dict[str, Guards] = field(default_factory=dict)
    accept: str | None = None
    cleared: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    reconciled: dict[str, int] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)
    postponed: set[tuple[str, System, str]] = field(default_factory=set)
    identities: dict[System, Identity] = field(default_factory=dict)
    reads: dict[tuple[str, System], How] = field(default_factory=dict)
    run: str | None = None
    started: datetime | None = None

    def begin(self) -> None:
        """Create missing tables and make sure the store belongs to these two ends.

        Raises:
            StoreMismatchError: the store was filled from another org or tenant.
        """
        self.started = self.clock()
        entities = [self.entity(pair, system) for pair in self.pairs.values() for system in System]
        create_tables(self.db, self.pairs.values(), [*entities, *self.lookups.values()])
        why = doubt.begin(self.db, self.pairs.values())
        if why is not None:
            _LOG.warning(
                "The store went back in time: %s. Both ends are read whole, and where they differ both values are "
                "logged as a conflict. Nothing else need be done.",
                why,
            )
        intents.forget(self.db, self.started - INTENTS_KEPT)
        history.forget(self.db, self.started, self.started - self.options.history_kept)
        for system in System:
            identity = self.ends[system].identify()
            self.identities[system] = identity
            known = self.db.meta(f"tenant_{system}")
            if known is None:
                self.db.set_meta(f"tenant_{system}", identity.tenant)
            elif known != identity.tenant:
                raise StoreMismatchError(
                    f"The store belongs to {system.title} {known}, but the settings lead to {identity.tenant} "
                    f"({identity.name}). Nothing was read or written. Point the settings back, or use another "
                    "store (TALK_STORE) for this one."
                )

    def reading(self, how: How) -> Reading:
        """What is read *how* in this run, now."""
        return Reading(how=how, at=self.clock(), run=self.run)

    def guards(self, pair: EntityPair) -> Guards:
        """The limits that stop a changeset of *pair* in this run."""
        return self.limits.get(pair.name, pair.guards)

    def set_limits(self, wanted: Mapping[str, Mapping[str, float]]) -> None:
        """Let other limits hold in this run, by pair and by the names of `Guards`.

        Raises:
            ConfigurationError: there is no such pair or limit, or a number below zero.
        """
        known = {one.name for one in fields(Guards)}
        for name, values in wanted.items():
            wrong = sorted({*values} - known) or [limit for limit, number in values.items() if number < 0]
            if name not in self.pairs or wrong:
                raise ConfigurationError(
                    f"The limits {name}: {', '.join(wrong) or dict(values)} cannot be set. Nothing was read or "
                    f"written. The pairs are {', '.join(self.pairs)}, the limits {', '.join(sorted(known))}, none "
                    "below zero."
                )
            numbers = {n: int(v) if n.endswith("floor") else float(v) for n, v in values.items()}
            self.limits[name] = replace(self.pairs[name].guards, **numbers)  # type: ignore[arg-type]  # by their kinds

    def tally(self, pair: EntityPair) -> Tally:
        """The counts of *pair* in this run."""
        return self.tallies.setdefault(pair.name, Tally())

    def children(self, pair: EntityPair) -> tuple[EntityPair, ...]:
        """The line pairs of *pair*."""
        return tuple(p for p in self.pairs.values() if p.parent == pair.name)

    def parent(self, pair: EntityPair) -> EntityPair | None:
        """The pair whose lines *pair*'s records are."""
        return None if pair.parent is None else self.pairs[pair.parent]

    def entity(self, pair: EntityPair, system: System) -> Entity:
        """What *system* is asked for, with the lines it keeps inside its documents."""
        return pair.entity(system, self.children(pair))
