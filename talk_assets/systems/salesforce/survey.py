"""Look an org over before a run: reads only, and few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from talk_assets.model.errors import PeerAnswerError
from talk_assets.model.shape import ObjectShape
from talk_assets.systems.salesforce.query import select
from talk_assets.systems.salesforce.rest import Rest
from talk_assets.systems.salesforce.shapes import shape_of


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What an org is. *shapes* are its objects by name, None for one that is not there or not shown.

    *pricebook_active* is None where no standard price book was found.
    """

    organization: str
    shapes: Mapping[str, ObjectShape | None]
    allowance: int | None
    remaining: int | None
    pricebook_active: bool | None


def versions(rest: Rest) -> tuple[str, ...]:
    """Return the API versions that the org offers.

    Raises:
        PeerUnavailableError, ConfigurationError, PeerAnswerError.
    """
    found = rest.get("/services/data", kind="versions")
    listed = [one.get("version") for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return tuple(version for version in listed if isinstance(version, str))


def survey(rest: Rest, resources: Sequence[str]) -> Survey:
    """Ask for the organization, each of *resources*, the price book and the limits.

    Raises:
        PeerUnavailableError, ConfigurationError, PeerAnswerError.
    """
    organization = rest.query(select(["Id", "Name"], "Organization", limit=1)).records
    limits = rest.get(f"{rest.root}/limits", kind="limits")
    daily = limits.get("DailyApiRequests") if isinstance(limits, dict) else None
    described = {name: rest.describe(name) for name in resources}
    return Survey(
        organization=_name(organization),
        shapes={name: None if told is None else shape_of(told) for name, told in described.items()},
        allowance=_count(daily, "Max"),
        remaining=_count(daily, "Remaining"),
        pricebook_active=_pricebook(rest),
    )


def _pricebook(rest: Rest) -> bool | None:
    try:
        found = rest.query(select(["Id", "IsActive"], "Pricebook2", where="IsStandard = true", limit=1)).records
    except PeerAnswerError:
        return None
    return found[0].get("IsActive") is True if found and isinstance(found[0], dict) else None


def _name(found: Sequence[Any]) -> str:
    first = found[0] if found and isinstance(found[0], dict) else {}
    return str(first.get("Name") or "the org")


def _count(daily: Any, name: str) -> int | None:  # noqa: ANN401 - JSON
    found = daily.get(name) if isinstance(daily, dict) else None
    return int(found) if isinstance(found, int) or (isinstance(found, str) and found.isdigit()) else None
