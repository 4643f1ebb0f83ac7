"""Whatever a client sends, the answer is a record or a refusal, never a failure."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from talk_assets.sandbox.customerp.resources import RESOURCES

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=50)
    | st.sampled_from(
        ["", " ", "\u0000", "1e400", "2026-02-30", "C1000", "P1000", "+49 30 1234567", "DE", "USD", "draft"]
    )
)
NAMES = sorted(
    {name for resource in RESOURCES for name in resource.shape.by_name}
    | {name for resource in RESOURCES if resource.line for name in resource.line.by_name}
    | {"lines", "city", "countryCode", "id", "version"}
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
OPERATIONS = st.fixed_dictionaries(
    {},
    optional={
        "op": st.sampled_from(["create", "update", "delete", "undelete"]) | SCALARS,
        "resource": st.sampled_from(
            ["contacts", "products", "quotes", "orders", "orders/O1000/lines", "quotes/Q1000/lines"]
        )
        | SCALARS,
        "id": st.sampled_from(["C1000", "P1000", "Q1000", "O1000", "L1000"]) | SCALARS,
        "ifMatch": st.integers(1, 3) | SCALARS,
        "idempotencyKey": st.text(string.ascii_letters, min_size=1, max_size=1) | SCALARS,
        "body": VALUES,
    },
)


@pytest.mark.parametrize("resource", [resource.name for resource in RESOURCES])
@given(VALUES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_no_body_breaks_a_create(erp, resource, body):
    """Created, or refused with the reason."""
    sent = {**erp.acceptable(resource), **body} if isinstance(body, dict) else [body]
    answer = erp.post(f"/{resource}", sent)

    assert answer.status_code in (201, 409, 422), answer.text


@given(st.lists(OPERATIONS, min_size=1, max_size=8))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_no_operation_breaks_a_batch(erp, operations):
    """Every operation gets a result of its own, and every accepted write is in the feed once."""
    answer = erp.batch(*operations)
    told = erp.get("/changes", params={"limit": 0}).json()["last"]

    assert answer.status_code == 200, answer.text
    assert len(answer.json()["results"]) == len(operations)
    assert told == erp.http.get(f"{erp.url}/sandbox/requests").json()["writes"]
