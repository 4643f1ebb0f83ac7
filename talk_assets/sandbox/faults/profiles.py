"""Named mixtures of faults that happen by chance."""

from collections.abc import Mapping

from talk_assets.sandbox.faults.fault import Fault, read_fault
from talk_assets.sandbox.faults.kinds import KINDS, End

_OTHERS = "^(?!talk-assets)"
"""The User-Agent of anybody but our own client: a late commit is somebody else's long transaction."""

PROFILES: Mapping[str, tuple[dict[str, object], ...]] = {
    "calm": (),
    "flaky": (
        {"kind": "refuse", "status": 503, "retry_after": 1, "chance": 0.02},
        {"kind": "refuse", "status": 429, "retry_after": 1, "chance": 0.02},
        {"kind": "reset", "chance": 0.02},
        {"kind": "commit_then_reset", "chance": 0.02},
        {"kind": "commit_then_refuse", "status": 502, "chance": 0.02},
        {"kind": "expired_token", "chance": 0.01, "method": "write"},
        {"kind": "lock_row", "chance": 0.03},
        {"kind": "late_commit", "chance": 0.1, "seconds": 3.0, "agent": _OTHERS},
    ),
    "hostile": (
        {"kind": "refuse", "status": 503, "chance": 0.03},
        {"kind": "refuse", "status": 500, "chance": 0.02},
        {"kind": "refuse", "status": 429, "retry_after": 0, "chance": 0.02},
        {"kind": "reset", "chance": 0.02},
        {"kind": "reset_mid_body", "chance": 0.02},
        {"kind": "truncated_json", "chance": 0.02},
        {"kind": "html_page", "chance": 0.02},
        {"kind": "commit_then_refuse", "status": 500, "chance": 0.04},
        {"kind": "commit_then_refuse", "status": 503, "chance": 0.04},
        {"kind": "commit_then_reset", "chance": 0.05},
        {"kind": "commit_then_timeout", "chance": 0.04, "seconds": 1.0},
        {"kind": "failed_records", "chance": 0.05},
        {"kind": "lock_row", "chance": 0.05, "index": -1},
        {"kind": "miscounted_results", "chance": 0.03},
        {"kind": "expired_token", "chance": 0.03, "method": "write"},
        {"kind": "request_limit", "chance": 0.01},
        {"kind": "stale_read", "chance": 0.05},
        {"kind": "late_commit", "chance": 0.3, "seconds": 2.0, "agent": _OTHERS},
        {"kind": "duplicate_rows", "chance": 0.05, "method": "read"},
        {"kind": "normalised_values", "chance": 0.05},
        {"kind": "skewed_date", "chance": 0.05, "seconds": -60.0},
    ),
    "slow": (
        {"kind": "slow", "chance": 0.3, "seconds": 1.0},
        {"kind": "slow_drip", "chance": 0.2, "seconds": 2.0},
        {"kind": "commit_then_timeout", "chance": 0.03, "seconds": 35.0},
        {"kind": "timeout", "chance": 0.02, "seconds": 35.0},
    ),
}


def faults_of(profile: str, *, end: End) -> list[Fault]:
    """Return the faults of *profile* that *end* can have.

    Raises:
        KeyError: there is no such profile.
    """
    return [
        read_fault({"count": None} | entry, end=end)
        for entry in PROFILES[profile]
        if end in KINDS[str(entry["kind"])].ends
    ]
