"""Whatever is asked, the org answers: with success or with a refusal, never with a defect."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from talk_assets.sandbox.salesforce.dispatch import answer_data
from talk_assets.sandbox.salesforce.org import Org
from talk_assets.sandbox.salesforce.seed import seed
from talk_assets.sandbox.salesforce.settings import SalesforceSettings
from talk_assets.sandbox.salesforce.stamps import utc_now
from talk_assets.sandbox.salesforce.wire import write_json

WORDS = [
    "Id", "id", "Name", "LastName", "AccountId", "Account", "records", "attributes", "type", "referenceId", "allOrNone",
    "compositeRequest", "batchRequests", "method", "url", "body", "httpHeaders", "ids", "fields", "Contact", "Order",
    "OrderItems", "ERP_External_Id__c", "Birthdate", "HasOptedOutOfEmail", "AnnualRevenue", "SystemModstamp",
    "MailingLatitude", "@{a.id}", "POST", "GET", "/services/data/v62.0/sobjects/Contact", "001Hp0000000001",
]  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**25), 10**25), st.floats(), st.sampled_from(WORDS), st.text(max_size=12)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner),
    max_leaves=12,
)
ROWS = st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=4)
KINDS = st.sampled_from(["Account", "Contact", "Order", "Nothing"]) | VALUES
RECORDS = st.builds(
    lambda row, kind, reference: row | {"attributes": {"type": kind, "referenceId": reference}},
    ROWS,
    KINDS,
    st.sampled_from(["a", "b"]) | VALUES,
)
PARTS = st.fixed_dictionaries(
    {"referenceId": st.sampled_from(["a", "b"]) | VALUES},
    optional={
        "method": st.sampled_from(["POST", "GET", "PATCH", "DELETE"]) | VALUES,
        "url": st.sampled_from(["/services/data/v62.0/sobjects/Account", "v62.0/limits", "@{a.id}"]) | VALUES,
        "body": ROWS | VALUES,
        "richInput": ROWS | VALUES,
        "httpHeaders": VALUES,
    },
)
BODIES = st.one_of(
    VALUES,
    ROWS,
    st.fixed_dictionaries({"records": st.lists(RECORDS, max_size=3)}, optional={"allOrNone": SCALARS}),
    st.fixed_dictionaries({"compositeRequest": st.lists(PARTS, max_size=3)}, optional={"allOrNone": SCALARS}),
    st.fixed_dictionaries({"batchRequests": st.lists(PARTS, max_size=3)}, optional={"haltOnError": SCALARS}),
    st.fixed_dictionaries({"ids": st.lists(SCALARS) | VALUES, "fields": st.lists(SCALARS) | VALUES}),
)
PATHS = [
    "sobjects/Contact", "sobjects/Account/ERP_External_Id__c/k", "sobjects/Contact/003Hp0000000001", "sobjects/Order",
    "composite", "composite/batch", "composite/sobjects", "composite/sobjects/Contact", "composite/tree/Account",
    "composite/sobjects/Contact/ERP_External_Id__c", "sandbox/undelete/003Hp0000000001",
]  # fmt: skip
TOKENS = [
    "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "ORDER BY", "LIMIT", "OFFSET", "COUNT()", "MAX(Id)",
    "GROUP BY", "(", ")", ",", "=", "!=", "<", "Id", "Name", "Account.Name", "Contacts", "Contact", "Account", "'x'",
    "'\\'", "5", "1.5", "99999999999999999999", "null", "true", "TODAY", "LAST_N_DAYS:99999999999", "2024-01-01",
    "2024-01-01T00:00:00Z", "AnnualRevenue", "CreatedDate", "Description", "MailingAddress", "DESC", "NULLS LAST",
]  # fmt: skip
many = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def ask():
    """Ask an org in this process; its answers must be writable as JSON."""
    org = Org(database=None, settings=SalesforceSettings(), clock=utc_now)
    seed(org)
    headers = {"authorization": f"Bearer {org.sessions.issue(utc_now())}", "content-type": "application/json"}

    def answer(method, path, *, query="", body=b""):
        found = answer_data(org, method=method, path=f"/v62.0/{path}", query=query, headers=headers, body=body)
        write_json(found.body)
        return found

    yield answer
    org.close()


@many
@given(method=st.sampled_from(["POST", "PATCH"]), path=st.sampled_from(PATHS), body=BODIES)
def test_any_json_body_gets_an_answer(ask, method, path, body):
    """Of any shape, under any write."""
    assert 200 <= ask(method, path, body=json.dumps(body).encode()).status < 500


@many
@given(body=st.binary(max_size=40))
def test_any_bytes_get_an_answer(ask, body):
    """Also when they are no JSON at all."""
    assert ask("POST", "sobjects/Account", body=body).status in {201, 400}


@many
@given(
    words=st.lists(st.sampled_from(TOKENS), max_size=14), head=st.sampled_from(["", "SELECT Id FROM Contact WHERE "])
)
def test_any_query_gets_an_answer(ask, words, head):
    """Made of the words of SOQL in any order."""
    query = urlencode({"q": head + " ".join(words)})

    assert ask("GET", "queryAll", query=query).status in {200, 400}


@many
@given(path=st.text(max_size=30).map(lambda text: text.encode("unicode_escape").decode()), query=st.text(max_size=30))
def test_any_path_gets_an_answer(ask, path, query):
    """Known or not."""
    assert ask("GET", path, query=query).status < 500
