"""Records that only Salesforce has and that our writes need: an Account, an Opportunity, a price book."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import polars as pl

from talk_assets.entities import parents as names
from talk_assets.mapped.stage import create_key
from talk_assets.model.changes import Op, Outcome, Write
from talk_assets.model.pair import EntityPair, Property, Through
from talk_assets.model.system import System
from talk_assets.session import Session
from talk_assets.store import lookups
from talk_assets.writeback import accounts
from talk_assets.writeback.prepare import Values, intent_id
from talk_assets.writeback.transmit import transmit

SF = System.SALESFORCE
_THROUGH_ACCOUNT = frozenset({Through.ACCOUNT, Through.OPPORTUNITY_ACCOUNT})


@dataclass(kw_only=True)
class Resolved:
    """Values to add to writes, by origin id, and why others must wait (origin id to reason)."""

    values: dict[str, Values] = field(default_factory=dict)
    waits: dict[str, str] = field(default_factory=dict)


def resolve(session: Session, pair: EntityPair, origins: pl.DataFrame, *, creating: bool) -> Resolved:
    """Resolve the Accounts and Opportunities that writing *origins* (references as link ids) needs."""
    company = next((p for p in pair.properties if p.salesforce.through in _THROUGH_ACCOUNT), None)
    if company is None or origins.is_empty():
        return Resolved()
    found = Resolved()
    needs_account = creating and pair.name in names.NEEDS_ACCOUNT
    by_origin = _accounts(session, pair, origins, company, found, needs_account=needs_account)
    if company.salesforce.through is Through.OPPORTUNITY_ACCOUNT:
        found.values = _opportunities(session, origins, by_origin, found)
        return found
    found.values = {origin: {company.salesforce.path: account} for origin, account in by_origin.items()}
    if not creating:
        cleared = origins.filter(pl.col(company.name).is_null())["_id"].to_list()
        found.values |= {str(origin): {company.salesforce.path: None} for origin in cleared}
    if creating and pair.name in names.NEEDS_PRICEBOOK:
        for values in found.values.values():
            values[names.PRICEBOOK] = session.identities[SF].pricebook
    return found


def lacking(session: Session, pair: EntityPair, origins: pl.DataFrame) -> list[tuple[str, str, str]]:
    """What creating *origins* on Salesforce would make besides: (origin id, the object, its name), each once."""
    company = next((p for p in pair.properties if p.salesforce.through in _THROUGH_ACCOUNT), None)
    if company is None or origins.is_empty():
        return []
    needs_account = pair.name in names.NEEDS_ACCOUNT
    wanted, _ = _wanted(session, pair, origins, company, Resolved(), needs_account=needs_account)
    missing = {account.key for account in accounts.find(session, wanted.values())[2]}
    made = []
    for origin, account in sorted(wanted.items()):
        if account.key in missing:
            missing.remove(account.key)
            made.append((origin, "Account", account.name))
    if company.salesforce.through is Through.OPPORTUNITY_ACCOUNT:
        keys = _opportunity_keys(session, origins["_id"])
        known = lookups.by_key(session.db, session.lookups["opportunity"], list(keys))
        titles = dict(origins.select("_id", "title").iter_rows())
        made += [(origin, "Opportunity", str(titles[origin])) for key, origin in keys.items() if key not in known]
    return made


def _opportunity_keys(session: Session, origins: Iterable[str]) -> dict[str, str]:
    """The origin id of each quote by the key of its Opportunity."""
    tenant = session.identities[SF.other].tenant
    return {create_key(tenant, SF.other, "opportunity", origin): origin for origin in origins}


def _accounts(
    session: Session,
    pair: EntityPair,
    origins: pl.DataFrame,
    company: Property,
    found: Resolved,
    *,
    needs_account: bool,
) -> dict[str, str]:
    """The Account of each origin that has, or must have, one; what has none yet is put into `found.waits`."""
    wanted, chosen = _wanted(session, pair, origins, company, found, needs_account=needs_account)
    known, problems = accounts.find_or_make(session, wanted.values())
    for origin, account in wanted.items():
        if account.key in known:
            chosen[origin] = known[account.key]
        else:
            found.waits[origin] = problems.get(account.key, "Its Account could not be made yet; it is tried again.")
    return chosen


def _wanted(
    session: Session,
    pair: EntityPair,
    origins: pl.DataFrame,
    company: Property,
    found: Resolved,
    *,
    needs_account: bool,
) -> tuple[dict[str, accounts.Account], dict[str, str]]:
    """The Account to be found or made for each origin, and those that are known already, by origin id."""
    wanted: dict[str, accounts.Account] = {}
    chosen: dict[str, str] = {}
    contacts = accounts.contacts_of(session, pair, origins) if needs_account else {}
    companies = {
        name: accounts.of_company(session, name) for name in origins[company.name].drop_nulls().unique().to_list()
    }
    columns = ["_id", company.name, *(["contact"] if needs_account else [])]
    for row in origins.select(columns).iter_rows(named=True):
        origin, name = str(row["_id"]), row[company.name]
        contact = contacts.get(row["contact"]) if needs_account else None
        account = None
        if name is not None:
            account = companies[name]
        elif contact is not None and contact.account is not None:
            chosen[origin] = contact.account
        elif contact is not None:
            account = accounts.of_private_contact(session, row["contact"], contact)
        if account is not None:
            wanted[origin] = account
        elif needs_account and origin not in chosen:
            found.waits[origin] = (
                f"Salesforce needs an Account for this {pair.name}; give it a company, or a contact with one."
            )
    return wanted, chosen


def _opportunities(
    session: Session, origins: pl.DataFrame, by_origin: Mapping[str, str], found: Resolved
) -> dict[str, Values]:
    """The Opportunity each quote is to belong to, found by key or made; what has none goes to `found.waits`."""
    entity = session.lookups["opportunity"]
    pricebook = session.identities[SF].pricebook
    rows = {str(row["_id"]): row for row in origins.iter_rows(named=True)}
    keys = _opportunity_keys(session, by_origin)
    known = lookups.by_key(session.db, entity, list(keys))
    default_close = session.clock().date() + timedelta(days=session.options.opportunity_days)
    writes = []
    for key, origin in sorted(keys.items()):
        if key in known:
            continue
        values: Values = {
            names.NAME: str(rows[origin]["title"])[: names.OPPORTUNITY_NAME_LENGTH],
            names.ACCOUNT_REFERENCE: by_origin[origin],
            names.STAGE: session.options.opportunity_stage,
            names.CLOSE_DATE: (rows[origin]["valid_until"] or default_close).isoformat(),
            names.PRICEBOOK: pricebook,
        }
        if rows[origin]["currency"] is not None:
            values[names.CURRENCY] = str(rows[origin]["currency"])
        made = intent_id(session, SF, Op.CREATE, f"{entity.name}/{key}", values)
        writes.append(Write(intent_id=made, entity=entity.name, op=Op.CREATE, values=values, key=key))
    for write, receipt in transmit(session, entity, writes):
        if receipt.outcome in {Outcome.APPLIED, Outcome.EXISTS} and receipt.id is not None:
            known[str(write.key)] = receipt.id
        else:
            said = receipt.problem.message if receipt.problem else "no certain answer yet"
            found.waits[keys[str(write.key)]] = f"Salesforce did not make its Opportunity: {said}"
    return {
        origin: {names.OPPORTUNITY: known[key], names.PRICEBOOK: pricebook}
        for key, origin in keys.items()
        if key in known
    }
