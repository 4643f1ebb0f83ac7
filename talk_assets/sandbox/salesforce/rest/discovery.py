"""What the org offers: versions, resources, limits.

Source: REST API Developer Guide, "Versions", "Resources by Version", "Limits", "Record Count".
"""

from __future__ import annotations

from typing import Any

from ..desk import Desk
from ..wire import Answer, Call

FIRST_VERSION, LAST_VERSION = 31, 68
FIRST_RETIRED = 21
_SEASONS = ("Winter", "Spring", "Summer")
_WINTER_25 = 62

_RESOURCES = ("sobjects", "query", "queryAll", "limits", "composite", "jobs")


def versions() -> list[dict[str, str]]:
    """Return the served versions, oldest first; there are three releases a year."""
    listed = []
    for number in range(FIRST_VERSION, LAST_VERSION + 1):
        years, season = divmod(number - _WINTER_25, len(_SEASONS))
        label = f"{_SEASONS[season]} '{25 + years}"
        listed.append({"label": label, "url": f"/services/data/v{number}.0", "version": f"{number}.0"})
    return listed


def resources(desk: Desk, call: Call) -> Answer:
    """GET /services/data/vXX.0."""
    paths: dict[str, Any] = {name: f"{call.base}{name}" for name in _RESOURCES}
    paths["identity"] = f"{call.origin}/id/{desk.org.id}/{desk.org.user_id}"
    return Answer(body=paths)


def limits(desk: Desk, call: Call) -> Answer:  # noqa: ARG001 - the shape of a handler
    """GET /limits."""
    now = desk.org.clock()
    full = {
        "DailyBulkV2QueryFileStorageMB": 976_562,
        "DailyDeliveredPlatformEvents": 10_000,
        "HourlyPublishedPlatformEvents": 50_000,
        "DataStorageMB": 5_000,
    }
    counted = {
        "DailyApiRequests": desk.org.budget,
        "DailyBulkApiBatches": desk.org.bulk_batches,
        "DailyBulkV2QueryJobs": desk.org.bulk_queries,
    }
    body = {name: {"Max": budget.daily, "Remaining": budget.remaining(now)} for name, budget in counted.items()}
    return Answer(body=body | {name: {"Max": most, "Remaining": most} for name, most in full.items()})


def record_count(desk: Desk, call: Call) -> Answer:
    """GET /limits/recordCount?sObjects=Account,Contact; unknown names are left out."""
    asked = [name.strip() for name in call.query.get("sObjects", "").split(",") if name.strip()]
    chosen = [desk.tx.catalogue.get(name) for name in asked] if asked else list(desk.tx.catalogue.objects)
    counts = []
    for sobject in chosen:
        if sobject is not None:
            alive = " WHERE IsDeleted = 0" if "isdeleted" in sobject.by_name else ""
            found = desk.tx.row(f'SELECT COUNT(*) FROM "{sobject.name}"{alive}')  # noqa: S608 - our own names
            counts.append({"count": found[0] if found else 0, "name": sobject.name})
    return Answer(body={"sObjects": counts})
