"""The Account that a Salesforce record needs: found by our key, else by a name only one has, else made."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid5

import polars as pl

from talk_assets.entities import parents as names
from talk_assets.mapped.stage import NAMESPACE
from talk_assets.model.changes import Op, Outcome, Write
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.session import PrivateContacts, Session
from talk_assets.store import lookups, mapped
from talk_assets.store.references import to_records
from talk_assets.writeback.prepare import intent_id
from talk_assets.writeback.transmit import transmit

SF = System.SALESFORCE


@dataclass(frozen=True, kw_only=True)
class Account:
    """An Account wanted: its key, its name, and whether any Account of that name would do."""

    key: str
    name: str
    by_name: bool


@dataclass(frozen=True, kw_only=True)
class Contact:
    """A Salesforce contact as an order or quote refers to it: full name, and its Account if it has one."""

    name: str
    account: str | None


def of_company(session: Session, name: str) -> Account:
    """The Account of a company, whose key follows from its folded name."""
    folded = " ".join(name.lower().split())
    key = uuid5(NAMESPACE, f"{session.identities[SF].tenant}/account/{folded}").hex
    return Account(key=key, name=name, by_name=True)


def of_private_contact(session: Session, link: str, contact: Contact) -> Account | None:
    """The Account of a contact without a company, under the person's name; None where settings say to wait.

    Found again by key only: two people may well have one name.
    """
    if session.options.account_for_private_contacts is not PrivateContacts.CREATE:
        return None
    key = uuid5(NAMESPACE, f"{session.identities[SF].tenant}/account/contact/{link}").hex
    return Account(key=key, name=contact.name, by_name=False)


def contacts_of(session: Session, pair: EntityPair, origins: pl.DataFrame) -> dict[str, Contact]:
    """The Salesforce contacts that *origins* (references as link ids) refer to, by link id."""
    contact = session.pairs["contact"]
    references = origins.select("contact", *(p.name for p in pair.references if p.name != "contact"))
    local = to_records(session.db, pair, session.pairs, SF, references)
    ids = dict(zip(references["contact"].to_list(), local["contact"].to_list(), strict=True))
    rows = mapped.by_id(session.db, contact, SF, [i for i in ids.values() if i is not None])
    people = {
        row["_id"]: " ".join(part for part in (row["first_name"], row["last_name"]) if part)
        for row in rows.iter_rows(named=True)
    }
    accounts = lookups.account_of(session.db, session.entity(contact, SF), names.ACCOUNT_REFERENCE, list(people))
    return {
        link: Contact(name=people[record], account=accounts.get(record))
        for link, record in ids.items()
        if link is not None and record in people
    }


def find(session: Session, wanted: Iterable[Account]) -> tuple[dict[str, str], dict[str, str], list[Account]]:
    """Account ids by key, by key why an Account can have none, and the Accounts that are not there yet."""
    entity = session.lookups["account"]
    unique = {account.key: account for account in wanted}
    known = lookups.by_key(session.db, entity, list(unique))
    missing = [account for key, account in sorted(unique.items()) if key not in known]
    named = lookups.by_name(session.db, entity, names.NAME, [a.name for a in missing if a.by_name])
    problems: dict[str, str] = {}
    for account in missing:
        ids = named.get(" ".join(account.name.lower().split()), []) if account.by_name else []
        if len(ids) == 1:
            known[account.key] = ids[0]
        elif ids:
            problems[account.key] = (
                f"{len(ids)} Salesforce Accounts have this company's name, so none was chosen. "
                "Merge them or rename all but one."
            )
    return known, problems, [a for a in missing if a.key not in known and a.key not in problems]


def find_or_make(session: Session, wanted: Iterable[Account]) -> tuple[dict[str, str], dict[str, str]]:
    """Account ids by key, and by key why an Account has none."""
    entity = session.lookups["account"]
    known, problems, missing = find(session, wanted)
    for write, receipt in transmit(session, entity, [_creation(session, a) for a in missing]):
        if receipt.outcome in {Outcome.APPLIED, Outcome.EXISTS} and receipt.id is not None:
            known[str(write.key)] = receipt.id
        elif receipt.problem is not None:
            problems[str(write.key)] = f"Salesforce refused its Account: {receipt.problem.message}"
    return known, problems


def _creation(session: Session, account: Account) -> Write:
    values: dict[str, str | None] = {names.NAME: account.name[: names.ACCOUNT_NAME_LENGTH]}
    return Write(
        intent_id=intent_id(session, SF, Op.CREATE, f"account/{account.key}", values),
        entity="account",
        op=Op.CREATE,
        values=values,
        key=account.key,
    )
