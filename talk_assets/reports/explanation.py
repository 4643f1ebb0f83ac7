"""Why a property of one thing holds what it holds, what is under way, and what a person can do."""

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from talk_assets.changesets.reconcile import base, compare, unshown, verdict
from talk_assets.changesets.view import view
from talk_assets.mapped.describe import direction
from talk_assets.model.changes import Verdict
from talk_assets.model.markdown import NOTHING
from talk_assets.model.pair import EntityPair, Policy, Property
from talk_assets.model.system import System
from talk_assets.reports.prospects import Circumstances, Prospect, prospect
from talk_assets.reports.rules import rules
from talk_assets.reports.timeline import Event, linked_by, of_property, timeline
from talk_assets.reports.writes import in_words
from talk_assets.session import Session
from talk_assets.store import changes, decisions, links, mapped, quarantine, reviews
from talk_assets.store.finding import Found
from talk_assets.store.tables import AT

_POLICIES = {
    Policy.LATEST_WINS: "if both ends change it, the later edit wins",
    Policy.SALESFORCE_WINS: "if both ends change it, Salesforce wins",
    Policy.CUSTOMERP_WINS: "if both ends change it, Customerp wins",
    Policy.MANUAL: "if both ends change it, a person decides",
}


@dataclass(frozen=True, kw_only=True)
class Held:
    """What one end holds: *value* since *since*, *agreed* what it held when both last agreed, *how* it got there.

    *known* is false where the record was never read; *shown* is false where the end leaves the property out.
    """

    record: str
    path: str
    value: str | None
    since: datetime | None
    agreed: str | None
    known: bool
    deleted: bool
    shown: bool
    how: str | None = None


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """All that can be said of *property* of *found*; *last* is its last conflict."""

    found: Found
    property: Property
    ends: Mapping[System, Held]
    linked: str
    rule: str
    prospect: Prospect
    last: Event | None

    def as_json(self) -> dict[str, Any]:
        """The explanation as `talk explain --json` prints it."""
        return {
            "pair": self.found.pair.name,
            "property": self.property.name,
            "ends": {system.value: dict(held.__dict__) for system, held in self.ends.items()},
            "linked": self.linked,
            "rule": self.rule,
            "state": self.prospect.state,
            "now": self.prospect.now,
            "next": self.prospect.next,
            "ways": list(self.prospect.ways),
            "last_conflict": None if self.last is None else self.last.as_json(),
        }


def explain(session: Session, found: Found, p: Property) -> Explanation:
    """Explain *p* of *found* by what the store knows; no end is asked, so *session* needs none."""
    db, pair = session.db, found.pair
    events = of_property(timeline(db, found), p.name)
    row = _compared(session, found)
    every = [one for ids in found.records.values() for one in ids]
    link = None if found.link is None else str(found.link["link_id"])
    stopped = [
        one
        for one in quarantine.entries(db, pair.name).iter_rows(named=True)
        if one["record_id"] == found.ids.get(System(one["system"]))
    ]
    review = [
        one
        for one in reviews.waiting(db, pair.name).iter_rows(named=True)
        if one["record_id"] == found.ids.get(System(one["system"]))
    ]
    decided = [] if link is None else [d for d in decisions.about(db, pair, link) if d["state"] == "standing"]
    ends = {system: _held(session, found, p, system, row) for system in found.ids}
    ends = {system: replace(held, how=_how(events, system)) for system, held in ends.items()}
    fought = [one for one in events if one.kind == "conflict"]
    return Explanation(
        found=found,
        property=p,
        ends=ends,
        linked=_linked(found),
        rule=_rule(pair, p),
        prospect=prospect(
            found,
            p,
            Circumstances(
                verdict=None if row is None or p.derived else Verdict(row[verdict(p.name)]),
                values={system: held.value for system, held in ends.items()},
                deleted={system for system, held in ends.items() if held.deleted},
                standing=[c for c in changes.about(db, pair, link, every) if c["property"] in {None, p.name}],
                stopped=[one for one in stopped if one["stage"] != "writeback" or one["property"] in {None, p.name}],
                review=review,
                decided=[d for d in decided if d["property"] in {decisions.RECORD, p.name}],
            ),
        ),
        last=fought[-1] if fought else None,
    )


def _compared(session: Session, found: Found) -> dict[str, Any] | None:
    """The link's row as a reconciliation sees it now; None without a link of two known records."""
    if found.link is None:
        return None
    rows = compare(found.pair, view(session, found.pair, [str(found.link["link_id"])]))
    return rows.row(0, named=True)


def _held(session: Session, found: Found, p: Property, system: System, row: Mapping[str, Any] | None) -> Held:
    record = found.ids[system]
    rows = mapped.by_id(session.db, found.pair, system, [record])
    own = rows.row(0, named=True) if rows.height else {}
    hidden = row[unshown(system)] if row is not None else own.get("_unshown")
    return Held(
        record=record,
        path=p.side(system).path,
        value=in_words(own.get(p.name)),
        since=own.get(f"{p.name}{AT}"),
        agreed=None if row is None or p.derived else _agreed(session, p, system, row[base(system, p.name)]),
        known=bool(own),
        deleted=bool(own.get("_deleted")),
        shown=f",{p.name}," not in (hidden or ""),
    )


def _agreed(session: Session, p: Property, system: System, agreed: object) -> str | None:
    """What was agreed on, a reference as the end's own id."""
    if p.reference is None or agreed is None:
        return in_words(agreed)
    rows = links.by_link(session.db, session.pairs[p.reference], [str(agreed)])
    return str(rows[f"{system}_id"].item()) if rows.height else str(agreed)


def _how(events: Sequence[Event], system: System) -> str | None:
    """How the value came to stand there; None where the store does not remember."""
    own = [one for one in events if one.system is system and one.kind in {"value", "seen"}]
    if not own:
        return None
    last = own[-1]
    if last.ours:
        return last.note
    begun = f"edited in {system.title}" if last.kind == "value" else f"there when first seen in {system.title}"
    return begun if last.note is None else f"{begun}, {last.note}"


def _linked(found: Found) -> str:
    if found.link is None:
        return "with nothing on the other end."
    state = str(found.link["state"]).replace("_", " ")
    kept = "" if state == "live" else f" The link's state is: {state}."
    return f"since {found.link['made_at']:%Y-%m-%d %H:%M:%S} UTC, as {linked_by(str(found.link['rule']))}.{kept}"


def _rule(pair: EntityPair, p: Property) -> str:
    said = rules(pair, p)
    more = "" if said == NOTHING else " " + html.unescape(said.replace("`", "").replace("\\|", "|"))
    if p.derived:
        return more.strip()
    return f"Kept in step {direction(p)}; {_POLICIES[p.policy]}.{more}"


def sentences(told: Explanation) -> Iterator[tuple[str, str]]:
    """The explanation as headings and sentences; values are quoted elsewhere."""
    yield "Linked", told.linked
    yield "Rule", told.rule
    yield "Now", told.prospect.now
    yield "Next", told.prospect.next
    for way in told.prospect.ways:
        yield "You can", way
