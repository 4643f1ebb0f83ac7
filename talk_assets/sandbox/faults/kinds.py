"""The kinds of fault there are, and what can be said about each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

End = Literal["salesforce", "customerp"]
BOTH: tuple[End, ...] = ("salesforce", "customerp")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of fault.

    *parameters* are its settings with the values they have when they are not given; the type of that
    value is the type expected. *requests* says to what it happens when the fault does not say.
    """

    meaning: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    requests: Literal["any", "read", "write"] = "any"
    ends: tuple[End, ...] = BOTH


KINDS: dict[str, Kind] = {
    "refuse": Kind(
        meaning="nothing is done; the answer is an error, with Retry-After when retry_after is 0 or more",
        parameters={"status": 503, "retry_after": -1},
    ),
    "commit_then_refuse": Kind(
        meaning="it is done; the answer says that it failed",
        parameters={"status": 500, "retry_after": -1},
        requests="write",
    ),
    "reset": Kind(meaning="nothing is done; the connection breaks"),
    "commit_then_reset": Kind(meaning="it is done; the connection breaks without an answer", requests="write"),
    "timeout": Kind(meaning="nothing is done; silence, then the connection breaks", parameters={"seconds": 35.0}),
    "commit_then_timeout": Kind(
        meaning="it is done; silence, then the connection breaks", parameters={"seconds": 35.0}, requests="write"
    ),
    "slow": Kind(meaning="the request waits before it is done", parameters={"seconds": 2.0}),
    "slow_drip": Kind(meaning="it is done; the answer comes bit by bit", parameters={"seconds": 2.0, "pieces": 10}),
    "reset_mid_body": Kind(meaning="it is done; the connection breaks in the middle of the answer"),
    "truncated_json": Kind(meaning="it is done; the answer ends in the middle, and its length says so"),
    "html_page": Kind(
        meaning="an HTML page comes instead of JSON; whether the request is done, commit says",
        parameters={"status": 200, "commit": True},
    ),
    "failed_records": Kind(
        meaning="single records of a batch fail (index: which, -1 for all; fields: what is wrong), the others are "
        "written; status 200",
        parameters={"index": 0, "code": "", "message": "Refused by a fault.", "status": 422, "fields": []},
        requests="write",
    ),
    "lock_row": Kind(
        meaning="a record of a batch (index: which, -1 for all) fails with UNABLE_TO_LOCK_ROW",
        parameters={"index": 0},
        requests="write",
        ends=("salesforce",),
    ),
    "miscounted_results": Kind(
        meaning="it is done; the answer has one result less (change -1) or more (1) than records",
        parameters={"change": -1},
        requests="write",
    ),
    "request_limit": Kind(
        meaning="nothing is done; 403 REQUEST_LIMIT_EXCEEDED: the calls of the day are used up",
        ends=("salesforce",),
    ),
    "expired_token": Kind(meaning="nothing is done; 401, and in Salesforce every session is over"),
    "stale_read": Kind(meaning="a read is answered from a copy that has not seen the latest write", requests="read"),
    "late_commit": Kind(
        meaning="a write gets its stamp now and is seen by reads and feeds only seconds later",
        parameters={"seconds": 2.0},
        requests="write",
    ),
    "duplicate_rows": Kind(meaning="a list names its first rows once more at its end", parameters={"rows": 1}),
    "shuffled_rows": Kind(meaning="a list has its rows in reverse order"),
    "shifted_rows": Kind(
        meaning="a page begins with the last rows of the page before it", parameters={"rows": 1}, requests="read"
    ),
    "normalised_values": Kind(
        meaning="text is stored otherwise than sent (how: upper, lower, truncate, pad)",
        parameters={
            "how": "upper",
            "properties": ["Title", "Department", "Description", "jobTitle", "department", "description"],
        },
        requests="write",
    ),
    "skewed_date": Kind(meaning="the Date header is off", parameters={"seconds": -3600.0}),
}
