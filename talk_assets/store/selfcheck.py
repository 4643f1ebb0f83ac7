"""The store's check of itself: what of its bookkeeping does not fit together.

Link, baselines, intent and what an end was seen to hold change in one transaction, so whatever kills a
run, none of these questions may ever find anything. Each is one query that lists the offenders.
"""

from collections.abc import Iterable, Iterator

import polars as pl

from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.store import history
from talk_assets.store.database import Database
from talk_assets.store.links import GONE
from talk_assets.store.tables import baseline_table, changes_table, links_table, mapped_table, raw_table

PROBLEM_SCHEMA = dict.fromkeys(("check", "pair", "system", "id", "problem"), pl.String())
"""One row an offender: which question found it, where, its id, and what is wrong in words."""

_STATES = ("live", *dict.fromkeys(state for states in GONE.values() for state in states))


def problems(db: Database, pairs: Iterable[EntityPair], *, finished: bool = False) -> pl.DataFrame:
    """What does not fit together in the store, in a stable order; empty when all is well (`PROBLEM_SCHEMA`).

    The store's tables must exist. With *finished* the last run is known to have gone through to its end, and
    what only a run that ended early may leave behind counts too: intents without a known effect, and records
    read but neither translated nor in quarantine.
    """
    chosen = list(pairs)
    areas = [[*_counters(db, chosen), *_intents(finished=finished)]]
    for pair in chosen:
        queries = [*_links(pair), *_baselines(pair), *_changes(pair), *_applied(pair), *_history(pair)]
        for system in System:
            queries += [*_records(pair, system), *_stopped(pair, system)]
            if finished:
                queries.append(_untranslated(pair, system))
        areas.append(queries)
    rows = [row for queries in areas for row in db.rows(" UNION ALL ".join(queries))]
    return pl.DataFrame(rows, schema=PROBLEM_SCHEMA, orient="row").sort(pl.all())


def _query(check: str, problem: str, source: str, *, pair: str = "NULL", system: str = "NULL", id: str = "_id") -> str:
    """A query for offenders; *problem*, *pair*, *system* and *id* are SQL over *source*."""
    return f"""SELECT '{check}' AS "check", {pair} AS pair, {system} AS system, CAST({id} AS VARCHAR) AS id,
               {problem} AS problem FROM {source}"""


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


def _counters(db: Database, pairs: Iterable[EntityPair]) -> Iterator[str]:
    """The change counter is ahead of all that was counted with it, and each fact is there once."""
    latest = db.latest_seq()
    for table, key in (("meta", "key"), ("mark", "stage || '/' || name"), ("cursor", "system || '/' || entity")):
        yield _query(
            "kept_once",
            _text(f"The store keeps this {table} more than once."),
            f"(SELECT {key} AS _id FROM store.{table} GROUP BY ALL HAVING count(*) > 1)",
        )
    ahead = f"' is ahead of the change counter, which stands at {latest}.'"
    yield _query(
        "counter_ahead",
        f"'Mark ' || seq || {ahead}",
        f"store.mark WHERE seq > {latest}",
        id="stage || '/' || name",
    )
    for pair in pairs:
        tables = {links_table(pair): ("NULL", "link_id"), changes_table(pair): ("system", "origin_id")}
        for system in System:
            tables[mapped_table(pair, system)] = (_text(system.value), "_id")
            tables[raw_table(pair.entity(system))] = (_text(system.value), "_id")
        for table, (end, key) in tables.items():
            yield _query(
                "counter_ahead",
                f"'Change number ' || _seq || ' in {table.replace(chr(39), '')}' || {ahead}",
                f"{table} WHERE _seq > {latest}",
                pair=_text(pair.name),
                system=end,
                id=key,
            )


def _links(pair: EntityPair) -> Iterator[str]:
    """A record is in one link, a link is complete, and both its records were read."""
    table, name = links_table(pair), _text(pair.name)
    yield _query(
        "link_twice",
        _text("Several links have this id."),
        f"(SELECT link_id FROM {table} GROUP BY link_id HAVING count(*) > 1)",
        pair=name,
        id="link_id",
    )
    states = ", ".join(_text(state) for state in _STATES)
    yield _query(
        "link_incomplete",
        _text("The link lacks an end or has a state that does not exist."),
        f"""{table} WHERE link_id IS NULL OR salesforce_id IS NULL OR customerp_id IS NULL OR fresh IS NULL
            OR state IS NULL OR state NOT IN ({states})""",
        pair=name,
        id="coalesce(link_id, salesforce_id, customerp_id)",
    )
    for system in System:
        end = _text(system.value)
        yield _query(
            "record_linked_twice",
            "'The record is in ' || n || ' links.'",
            f"(SELECT {system}_id AS _id, count(*) AS n FROM {table} GROUP BY 1 HAVING count(*) > 1)",
            pair=name,
            system=end,
        )
        yield _query(
            "link_unread",
            "'Link ' || link_id || ' is of a record that was never read and is not in quarantine.'",
            f"""{table} l WHERE NOT EXISTS (SELECT 1 FROM {mapped_table(pair, system)} m WHERE m._id = l.{system}_id)
                AND NOT EXISTS (SELECT 1 FROM store.quarantine q WHERE q.stage IN ('raw', 'mapped')
                                AND q.pair = {name} AND q.system = {end} AND q.record_id = l.{system}_id)""",
            pair=name,
            system=end,
            id=f"{system}_id",
        )


def _baselines(pair: EntityPair) -> Iterator[str]:
    """A link has one baseline row for each end, and a baseline belongs to a link."""
    table, name = baseline_table(pair), _text(pair.name)
    for system in System:
        end = _text(system.value)
        yield _query(
            "link_without_baseline",
            _text("The link has no baseline for this end."),
            f"""{links_table(pair)} l WHERE NOT EXISTS
                (SELECT 1 FROM {table} b WHERE b.link_id = l.link_id AND b.system = {end})""",
            pair=name,
            system=end,
            id="link_id",
        )
    yield _query(
        "baseline_without_link",
        _text("There is a baseline, but no link."),
        f"{table} b WHERE NOT EXISTS (SELECT 1 FROM {links_table(pair)} l WHERE l.link_id = b.link_id)",
        pair=name,
        system="system",
        id="link_id",
    )
    yield _query(
        "baseline_twice",
        _text("The link has several baselines for this end."),
        f"(SELECT link_id, system FROM {table} GROUP BY ALL HAVING count(*) > 1)",
        pair=name,
        system="system",
        id="link_id",
    )


def _changes(pair: EntityPair) -> Iterator[str]:
    """A change belongs to a link, or to a record that was read and has none."""
    table, name = changes_table(pair), _text(pair.name)
    yield _query(
        "change_without_link",
        "'A change (' || op || ') is of a link that is not there.'",
        f"""{table} c WHERE link_id IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM {links_table(pair)} l WHERE l.link_id = c.link_id)""",
        pair=name,
        system="system",
        id="link_id",
    )
    for system in System:
        origin = system.other
        yield _query(
            "change_without_origin",
            _text("A creation is asked for by a record that was never read."),
            f"""{table} c WHERE link_id IS NULL AND system = {_text(system.value)} AND NOT EXISTS
                (SELECT 1 FROM {mapped_table(pair, origin)} m WHERE m._id = c.origin_id)""",
            pair=name,
            system="system",
            id="origin_id",
        )


def _intents(*, finished: bool) -> Iterator[str]:
    """An intent is there once, and none is left without a known effect."""
    yield _query(
        "kept_once",
        _text("Several intents have this id."),
        "(SELECT intent_id FROM writeback.intent GROUP BY ALL HAVING count(*) > 1)",
        id="intent_id",
    )
    if finished:
        yield _query(
            "intent_left",
            "'A write (' || op || ') was sent and its effect never judged.'",
            "writeback.intent WHERE state = 'sent'",
            pair="pair",
            system="system",
            id="intent_id",
        )


def _applied(pair: EntityPair) -> Iterator[str]:
    """What a write did is booked: a creation that was applied made a link, and an update has its."""
    name = _text(pair.name)
    for system in System:
        end = _text(system.value)
        yield _query(
            "applied_without_link",
            "'Record ' || record_id || ' was created for ' || origin_id || ', but neither is linked.'",
            f"""writeback.intent i WHERE pair = {name} AND system = {end} AND op = 'create' AND state = 'applied'
                AND record_id IS NOT NULL AND origin_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {links_table(pair)} l
                  WHERE l.{system}_id = i.record_id OR l.{system.other}_id = i.origin_id)""",
            pair=name,
            system=end,
            id="intent_id",
        )
    yield _query(
        "applied_without_link",
        "'A write (' || op || ') was applied to a link that is not there.'",
        f"""writeback.intent i WHERE pair = {name} AND state = 'applied' AND link_id IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM {links_table(pair)} l WHERE l.link_id = i.link_id)""",
        pair=name,
        system="system",
        id="intent_id",
    )


def _records(pair: EntityPair, system: System) -> Iterator[str]:
    """A record is kept once a stage, and was read before it was translated."""
    name, end = _text(pair.name), _text(system.value)
    raw, mapped = raw_table(pair.entity(system)), mapped_table(pair, system)
    for stage, table in (("raw", raw), ("mapped", mapped)):
        yield _query(
            "kept_once",
            _text(f"Stage {stage} keeps the record more than once."),
            f"(SELECT _id FROM {table} GROUP BY _id HAVING count(*) > 1 OR _id IS NULL)",
            pair=name,
            system=end,
        )
    yield _query(
        "mapped_without_raw",
        _text("The record was translated, but never read."),
        f"{mapped} m WHERE NOT EXISTS (SELECT 1 FROM {raw} r WHERE r._id = m._id)",
        pair=name,
        system=end,
    )


def _stopped(pair: EntityPair, system: System) -> Iterator[str]:
    """Quarantine and review are of records that are there, and review of those without a link."""
    name, end = _text(pair.name), _text(system.value)
    raw, mapped = raw_table(pair.entity(system)), mapped_table(pair, system)
    for stage, table in (("mapped", raw), ("writeback", mapped)):
        yield _query(
            "quarantine_without_record",
            _text(f"Stage {stage} holds a record in quarantine that was never read."),
            f"""store.quarantine q WHERE stage = '{stage}' AND pair = {name} AND system = {end}
                AND NOT EXISTS (SELECT 1 FROM {table} r WHERE r._id = q.record_id)""",
            pair=name,
            system=end,
            id="record_id",
        )
    yield _query(
        "review_without_record",
        _text("A record waits in review that was never read."),
        f"""links.review v WHERE pair = {name} AND system = {end}
            AND NOT EXISTS (SELECT 1 FROM {mapped} m WHERE m._id = v.record_id)""",
        pair=name,
        system=end,
        id="record_id",
    )


def _history(pair: EntityPair) -> Iterator[str]:
    """What the history tells of a value follows on what it told before, and ends with what is stored now."""
    for check, problem, source in history.gaps(pair):
        yield _query(check, problem, source, pair=_text(pair.name), system="system", id="record_id")


def _untranslated(pair: EntityPair, system: System) -> str:
    """What was read is translated or in quarantine."""
    return _query(
        "raw_without_mapped",
        _text("The record was read, but is neither translated nor in quarantine."),
        f"""{raw_table(pair.entity(system))} r
            WHERE NOT EXISTS (SELECT 1 FROM {mapped_table(pair, system)} m WHERE m._id = r._id)
            AND NOT EXISTS (SELECT 1 FROM store.quarantine q WHERE q.stage = 'mapped' AND q.pair = {_text(pair.name)}
                            AND q.system = {_text(system.value)} AND q.record_id = r._id)""",
        pair=_text(pair.name),
        system=_text(system.value),
    )
