"""What a Customerp says of itself, and what follows for the sync."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from talk_assets.fitness.findings import Finding, Weight, customerp

_VERSION = "1."
_SKEW = timedelta(minutes=5)
_LOST = {
    "etag": "writes are compared with a read just before them, so an edit of the same moment can be overwritten",
    "idempotency": "a write without an answer is read back by its key before it is repeated",
    "external_key": "a creation without an answer is known again by its match keys alone",
    "batch": "every record is a request of its own, so large loads take long",
    "changes": "every look reads the lists, so it costs more and is done less often",
    "tombstones": "a deletion is seen by the nightly whole read alone",
}


def described(told: Mapping[str, object], *, now: datetime) -> Iterator[Finding]:
    """Findings from the description under `GET /api/v1/`."""
    version = told.get("version")
    if isinstance(version, str) and version.startswith(_VERSION):
        name = told.get("name") or told.get("tenant")
        yield customerp(
            Weight.FINE, "version", version, f"{name} answers as tenant {told.get('tenant')}, API {version}."
        )
    else:
        yield customerp(
            Weight.PROBLEM,
            "version",
            "version",
            "The server does not say that it speaks version 1 of the Customerp contract.",
            "Check TALK_CUSTOMERP_URL, or run `talk conformance customerp`.",
        )
    given = told.get("capabilities")
    capabilities = given if isinstance(given, Mapping) else {}
    for name, loss in _LOST.items():
        if name in capabilities and not capabilities[name]:
            yield customerp(
                Weight.NOTICE, "capability", name, f"Customerp has no {name}: {loss}.", "Offer it if the ERP can."
            )
    yield from _clock(told.get("serverTime"), now)


def compares(*, able: bool) -> Iterator[Finding]:
    """What follows where a port cannot compare versions itself."""
    if not able:
        text = f"The port compares no versions: {_LOST['etag']}."
        yield customerp(Weight.NOTICE, "capability", "etag", text, "Offer it if the ERP can.")


def resource(name: str, status: int) -> Finding:
    """Whether the API key may read a list that was answered with *status*."""
    if status < 400:  # noqa: PLR2004 - HTTP's own class of errors
        return customerp(Weight.FINE, "resource", name, f"The API key reads {name}.")
    return customerp(
        Weight.PROBLEM,
        "resource",
        name,
        f"The list of {name} was answered with HTTP {status}; none of it is kept in step.",
        "Give the API key the right to read and write it, or offer it.",
    )


def _clock(told: object, now: datetime) -> Iterator[Finding]:
    try:
        theirs = datetime.fromisoformat(str(told))
        apart = abs(theirs - now)
    except (ValueError, TypeError):
        return
    if apart > _SKEW:
        yield customerp(
            Weight.NOTICE,
            "clock",
            "serverTime",
            f"Customerp's clock and this machine's are {apart.total_seconds():,.0f} s apart; where both ends edit one "
            "property, the wrong edit may count as the later one.",
            "Set both clocks by a time server.",
        )
