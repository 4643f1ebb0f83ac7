"""What every outcome of a write means: a table that a person reviews, not derived from the code.

One row: what happens to the one write of a run, on which ends and for which operations; and then what must
be so after that run. *exit*: what the run ends with. *stored*: the end holds the value. *state*: where the
intent stands. *says*: a part of what the person reads. Whatever the row, the next run after the fault must
leave the record once and equal on both ends, unless it was refused: then that holds after its next edit.
"""

from dataclasses import dataclass, field

BOTH = ("salesforce", "customerp")
SF, CU = ("salesforce",), ("customerp",)
EITHER = ("create", "update")


@dataclass(frozen=True, kw_only=True)
class Row:
    name: str
    fault: dict
    exit: int
    stored: bool
    state: str
    says: str = ""
    ends: tuple = BOTH
    ops: tuple = EITHER
    facts: dict = field(default_factory=dict)


def record(code, **facts):
    """A fault of the one record in a batch that is answered as a whole with 200."""
    return {"kind": "failed_records", "code": code, **facts}


TABLE = (
    # Nobody knows what happened: never sent again blindly, read back by the next run.
    Row(name="500 without effect", fault={"kind": "refuse", "status": 500}, exit=4, stored=False, state="ambiguous"),
    Row(name="503", fault={"kind": "refuse", "status": 503}, exit=4, stored=False, state="ambiguous"),
    Row(
        name="503 with Retry-After",
        fault={"kind": "refuse", "status": 503, "retry_after": 300},
        exit=4,
        stored=False,
        state="ambiguous",
        says="asked to be left alone for 300 s",
    ),
    Row(name="reset", fault={"kind": "reset"}, exit=4, stored=False, state="ambiguous"),
    Row(name="timeout", fault={"kind": "timeout", "seconds": 3}, exit=4, stored=False, state="ambiguous"),
    Row(
        name="500 after the effect",
        fault={"kind": "commit_then_refuse", "status": 500},
        exit=4,
        stored=True,
        state="ambiguous",
    ),
    Row(name="502", fault={"kind": "commit_then_refuse", "status": 502}, exit=4, stored=True, state="ambiguous"),
    Row(name="504", fault={"kind": "commit_then_refuse", "status": 504}, exit=4, stored=True, state="ambiguous"),
    Row(name="reset after the effect", fault={"kind": "commit_then_reset"}, exit=4, stored=True, state="ambiguous"),
    Row(
        name="timeout after the effect",
        fault={"kind": "commit_then_timeout", "seconds": 3},
        exit=4,
        stored=True,
        state="ambiguous",
    ),
    Row(name="reset in mid body", fault={"kind": "reset_mid_body"}, exit=4, stored=True, state="ambiguous"),
    Row(name="broken JSON", fault={"kind": "truncated_json"}, exit=4, stored=True, state="ambiguous"),
    Row(name="HTML page", fault={"kind": "html_page"}, exit=4, stored=True, state="ambiguous"),
    Row(name="a result too few", fault={"kind": "miscounted_results"}, exit=4, stored=True, state="ambiguous"),
    Row(
        name="a result too many",
        fault={"kind": "miscounted_results", "change": 1},
        exit=4,
        stored=True,
        state="ambiguous",
    ),
    Row(
        name="unknown exception of a record",
        fault=record("UNKNOWN_EXCEPTION"),
        exit=4,
        stored=False,
        state="ambiguous",
        ends=SF,
    ),
    Row(name="500 of a record", fault=record("", status=500), exit=4, stored=False, state="ambiguous", ends=CU),
    Row(name="202", fault=record("", status=202), exit=4, stored=False, state="ambiguous", ends=CU),
    # Certainly nothing happened: later.
    Row(
        name="429 with Retry-After",
        fault={"kind": "refuse", "status": 429, "retry_after": 300},
        exit=4,
        stored=False,
        state="planned",
        says="asked to be left alone for 300 s",
        ends=CU,
    ),
    Row(
        name="request limit",
        fault={"kind": "request_limit"},
        exit=4,
        stored=False,
        state="planned",
        says="REQUEST_LIMIT_EXCEEDED",
        ends=SF,
    ),
    Row(name="locked row", fault={"kind": "lock_row"}, exit=4, stored=False, state="planned", ends=SF),
    Row(name="query timeout", fault=record("QUERY_TIMEOUT"), exit=4, stored=False, state="planned", ends=SF),
    Row(name="server unavailable", fault=record("SERVER_UNAVAILABLE"), exit=4, stored=False, state="planned", ends=SF),
    Row(name="429 of a record", fault=record("rate", status=429), exit=4, stored=False, state="planned", ends=CU),
    # Settled within the run.
    Row(name="short 429", fault={"kind": "refuse", "status": 429}, exit=0, stored=True, state="applied", ends=CU),
    Row(name="expired session", fault={"kind": "expired_token"}, exit=0, stored=True, state="applied", ends=SF),
    Row(name="412", fault=record("stale", status=412), exit=0, stored=True, state="applied", ends=CU),
    Row(name="404", fault=record("", status=404), exit=0, stored=True, state="applied", ends=CU, ops=("update",)),
    Row(
        name="deleted, it says",
        fault=record("ENTITY_IS_DELETED"),
        exit=0,
        stored=True,
        state="applied",
        ends=SF,
        ops=("update",),
    ),
    # The end says no, and will say no again until the input changes.
    Row(
        name="422",
        fault=record("length", status=422, message="too long"),
        exit=1,
        stored=False,
        state="refused",
        says="too long",
        ends=CU,
    ),
    Row(name="409", fault=record("rule", status=409), exit=1, stored=False, state="refused", ends=CU),
    Row(
        name="403 of a record",
        fault=record("forbidden", status=403),
        exit=1,
        stored=False,
        state="refused",
        says="permission set",
        ends=CU,
    ),
    *(
        Row(name=code, fault=record(code), exit=1, stored=False, state="refused", says=says, ends=SF)
        for code, says in (
            ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "tried again when the record changes"),
            ("STRING_TOO_LONG", "STRING_TOO_LONG"),
            ("REQUIRED_FIELD_MISSING", "REQUIRED_FIELD_MISSING"),
            ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
            ("DUPLICATE_VALUE", "DUPLICATE_VALUE"),
            ("DUPLICATES_DETECTED", "link the two records"),
            ("INSUFFICIENT_ACCESS_OR_READONLY", "permission set"),
        )
    ),
    Row(
        name="413 for a single record",
        fault={"kind": "refuse", "status": 413, "count": None},
        exit=1,
        stored=False,
        state="refused",
        says="TOO_LARGE",
    ),
    # The end will not talk to us at all.
    Row(
        name="401",
        fault={"kind": "refuse", "status": 401},
        exit=2,
        stored=False,
        state="sent",
        says="API key",
        ends=CU,
    ),
)
CASES = [(row, end, op) for row in TABLE for end in row.ends for op in row.ops]
