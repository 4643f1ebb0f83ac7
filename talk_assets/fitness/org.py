"""What an org offers beside its fields: version, features, price book, and calls."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from talk_assets.fitness.findings import Finding, Weight, salesforce
from talk_assets.model.reserve import Reserve
from talk_assets.model.shape import ObjectShape

_DAY = timedelta(days=1)
_SWEEPS = 96
"""Runs of everything a day: one each quarter of an hour."""
_MOST_QUERIES = 5
_MUCH = 0.5
"""The share of the allowance from which a forecast is worth a word."""


def version(wanted: str, offered: Sequence[str]) -> Finding:
    """Whether the API version in the settings is one that the org has."""
    newest = max(offered, key=float, default="none")
    if wanted in offered:
        return salesforce(
            Weight.FINE, "version", wanted, f"The org offers API version {wanted}; its newest is {newest}."
        )
    return salesforce(
        Weight.PROBLEM,
        "version",
        wanted,
        f"The org does not offer API version {wanted}, so no call can work.",
        f"Set TALK_SALESFORCE_API_VERSION to {newest}.",
    )


def features(shapes: Mapping[str, ObjectShape | None], *, stage: str) -> Iterator[Finding]:
    """What is switched on that the sync must cope with, and whether Opportunities can have *stage*."""
    notice = Weight.NOTICE
    if _has(shapes, "Product2", "CurrencyIsoCode"):
        yield salesforce(
            notice,
            "currencies",
            "CurrencyIsoCode",
            "The org has several currencies; a record's currency is settled when it is made, and one that Salesforce "
            "does not list waits.",
            "Activate the currencies that Customerp uses (Setup, Company Information).",
        )
    if _has(shapes, "Account", "IsPersonAccount"):
        yield salesforce(
            notice,
            "person_accounts",
            "Account",
            "Person accounts are on; the contact of a person account can only be changed through its Account, so edits "
            "of it that come from Customerp are refused and kept in quarantine.",
            "Keep person accounts out of the sync, or edit them in Salesforce.",
        )
    if _has(shapes, "Contact", "MailingCountryCode"):
        yield salesforce(
            notice,
            "countries",
            "MailingCountry",
            "State and country picklists are on; an address whose country or state is not listed is refused.",
            "Activate the countries and states that Customerp uses (Setup, State and Country/Territory Picklists).",
        )
    opportunity = shapes.get("Opportunity")
    field = None if opportunity is None else opportunity.fields.get("StageName")
    if field is not None and field.choices and stage not in field.choices:
        yield salesforce(
            Weight.PROBLEM,
            "stage",
            "Opportunity.StageName",
            f"Opportunities have no stage {stage}, which quotes that come from Customerp are put under.",
            f"Set TALK_OPPORTUNITY_STAGE to one of: {', '.join(field.choices)}.",
        )


def pricebook(*, active: bool | None) -> Finding:
    """Whether there is a standard price book that lines can use (None: none was found)."""
    if active:
        return salesforce(Weight.FINE, "pricebook", "Pricebook2", "The standard price book is there and active.")
    what = "The standard price book is not active" if active is False else "No standard price book can be seen"
    return salesforce(
        Weight.PROBLEM,
        "pricebook",
        "Pricebook2",
        f"{what}; products get no price, and no quote or order a line.",
        "Activate it (Price Books, Standard Price Book), and let the integration user read price books.",
    )


def idle_run(objects: int) -> int:
    """Calls of a run in which nothing moved, over *objects* that are read: who the org is, what they are, one for five.

    A worker that makes one run after the other asks the first two every ten minutes only.
    """
    return 2 + -(-objects // _MOST_QUERIES)


def calls(
    *,
    allowance: int | None,
    remaining: int | None,
    reserve: Reserve,
    objects: int,
    doorbell: timedelta,
    share: float,
) -> Iterator[Finding]:
    """Calls left today, and those that the chosen intervals cost a day when nothing moves.

    Asking whether anything moved takes at most *share* of the calls, however short its interval *doorbell* is.
    """
    if allowance is None or remaining is None:
        return
    kept = reserve.of(allowance)
    if remaining <= kept:
        yield salesforce(
            Weight.PROBLEM,
            "calls_left",
            "DailyApiRequests",
            f"{remaining:,} of the day's {allowance:,} API calls are left, and {kept:,} are kept for others, so no run "
            "can start.",
            "Wait until the 24-hour window has moved on, lower TALK_SALESFORCE_RESERVE, or buy more calls.",
        )
    else:
        text = f"{remaining:,} of the day's {allowance:,} API calls are left, {kept:,} of them kept for others."
        yield salesforce(Weight.FINE, "calls_left", "DailyApiRequests", text)
    rings = int(_DAY / doorbell) if doorbell else 0
    asking = min(rings * -(-objects // _MOST_QUERIES), int(share * allowance))
    daily = asking + (_SWEEPS + 1) * idle_run(objects)
    text = f"With these intervals about {daily:,} calls a day are made when nothing moves, of {allowance:,}."
    remedy = "Ask less often: raise TALK_SALESFORCE_DOORBELL_SECONDS or lower TALK_SALESFORCE_DOORBELL_SHARE."
    over = Weight.PROBLEM if daily > allowance - kept else Weight.NOTICE if daily > allowance * _MUCH else Weight.FINE
    yield salesforce(over, "forecast", "DailyApiRequests", text, "" if over is Weight.FINE else remedy)


def event_topic(topic: str, *, able: bool) -> Finding:
    """Whether Salesforce's event bus lets us listen to *topic*; without it the org is asked as always."""
    if able:
        return salesforce(Weight.FINE, "events", topic, f"The event bus tells of {topic} as it happens.")
    return salesforce(
        Weight.NOTICE,
        "events",
        topic,
        f"The event bus does not let this user listen to {topic}.",
        "Let the integration user see all records of the objects it tells of; until then the org is asked as always.",
    )


def _has(shapes: Mapping[str, ObjectShape | None], name: str, field: str) -> bool:
    shape = shapes.get(name)
    return shape is not None and field in shape.fields
