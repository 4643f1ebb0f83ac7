"""simple-salesforce, as it comes from its authors, against the embedded Salesforce."""

from datetime import UTC, datetime, timedelta

import pytest
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from talk_assets.sandbox.salesforce import SalesforceSettings

_KEY = "ERP_External_Id__c"


def test_password_grant_and_given_session_log_in(https, session, settings):
    """The user's password opens a session, and a session opened elsewhere is taken as it is."""
    by_password = Salesforce(
        username=settings.username,
        password=settings.password,
        consumer_key=settings.client_id,
        consumer_secret=settings.client_secret,
        domain=f"{https.removeprefix('https://')}/services/oauth2/token#",
        session=session,
    )
    direct = Salesforce(instance_url=https, session_id=by_password.session_id, session=session)
    assert direct.query("SELECT COUNT() FROM User")["totalSize"] == 2


def test_wrong_secret_is_an_authentication_failure(https, session, settings):
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid client credentials"):
        Salesforce(
            consumer_key=settings.client_id,
            consumer_secret="wrong",
            domain=f"{https.removeprefix('https://')}/services/oauth2/token#",
            session=session,
        )


def test_records_are_created_read_changed_and_deleted(sf):
    """A record's life by id, with the client's own success values and exceptions."""
    made = sf.Contact.create({"LastName": "Keller", "Email": "r@keller.example", "DoNotCall": True})
    assert made["success"] is True
    assert made["errors"] == []
    assert sf.Contact.update(made["id"], {"FirstName": "Robin"}) == 204
    found = sf.Contact.get(made["id"])
    assert (found["Name"], found["DoNotCall"], found["attributes"]["type"]) == ("Robin Keller", True, "Contact")
    assert sf.Contact.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound) as refused:
        sf.Contact.get(made["id"])
    assert refused.value.content[0]["errorCode"] == "ENTITY_IS_DELETED"


def test_records_are_found_and_upserted_by_external_id(sf):
    """An upsert answers 201 for a new record and 200 for a known one; a read by the same key finds it."""
    assert sf.Account.upsert(f"{_KEY}/A-1", {"Name": "Acme"}) == 201
    assert sf.Account.upsert(f"{_KEY}/A-1", {"Name": "Acme Ltd"}) == 200
    assert sf.Account.get_by_custom_id(_KEY, "A-1")["Name"] == "Acme Ltd"
    assert sf.Account.upsert(f"{_KEY}/A-2", {"Name": "Other"}, raw_response=True).json()["created"] is True


def test_a_key_that_several_records_have_is_refused_with_their_addresses(sf):
    """A look-up by a field that is no unique key may meet two records: the client names both."""
    ids = {sf.Contact.create({"LastName": name, "Email": "same@acme.example"})["id"] for name in ("A", "B")}
    with pytest.raises(SalesforceMoreThanOneRecord) as refused:
        sf.Contact.get_by_custom_id("Email", "same@acme.example")
    assert {url.rpartition("/")[2] for url in refused.value.content} == ids


@pytest.mark.parametrize(
    ("body", "code", "fields"),
    [
        ({}, "REQUIRED_FIELD_MISSING", ["LastName"]),
        ({"LastName": "x" * 81}, "STRING_TOO_LONG", ["LastName"]),
        ({"LastName": "K", "Email": "nope"}, "INVALID_EMAIL_ADDRESS", ["Email"]),
        ({"LastName": "K", "Birthdate": "yesterday"}, "JSON_PARSER_ERROR", None),
        ({"LastName": "K", "Shoe": 44}, "INVALID_FIELD", None),
        ({"LastName": "K", "Name": "K"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Name"]),
    ],
)
def test_refused_values_come_as_malformed_requests(sf, body, code, fields):
    """What a record may not hold is a 400 with the code that the client's users look for."""
    with pytest.raises(SalesforceMalformedRequest) as refused:
        sf.Contact.create(body)
    (error,) = refused.value.content
    assert (error["errorCode"], error.get("fields")) == (code, fields)


def test_queries_page_by_locator_and_by_iterator(sf):
    """Three pages of a query come by query_more, by query_all and by query_all_iter alike."""
    records = [{"LastName": f"N{number:04d}"} for number in range(450)]
    sf.bulk2.Contact.insert(records=records, wait=0)
    sf.headers["Sforce-Query-Options"] = "batchSize=200"
    soql = "SELECT LastName FROM Contact ORDER BY LastName"
    first = sf.query(soql)
    assert (first["totalSize"], first["done"], len(first["records"])) == (450, False, 200)
    second = sf.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    third = sf.query_more(second["nextRecordsUrl"].rpartition("/")[2])
    paged = [record["LastName"] for page in (first, second, third) for record in page["records"]]
    assert third["done"] is True
    assert paged == [record["LastName"] for record in records]
    assert [record["LastName"] for record in sf.query_all(soql)["records"]] == paged
    assert [record["LastName"] for record in sf.query_all_iter(soql)] == paged


def test_malformed_and_unknown_queries_are_refused(sf):
    for soql, code in (
        ("SELECT Id FRM Contact", "MALFORMED_QUERY"),
        ("SELECT Shoe FROM Contact", "INVALID_FIELD"),
        ("SELECT Id FROM Shoe", "INVALID_TYPE"),
    ):
        with pytest.raises(SalesforceMalformedRequest) as refused:
            sf.query(soql)
        assert refused.value.content[0]["errorCode"] == code


def test_deleted_records_are_seen_by_query_all_and_by_the_list_of_deletions(sf):
    """The recycle bin shows in queryAll, in /deleted and not in /updated."""
    kept, gone = (sf.Contact.create({"LastName": name})["id"] for name in ("Kept", "Gone"))
    sf.Contact.delete(gone)
    seen = sf.query("SELECT Id, IsDeleted FROM Contact", include_deleted=True)["records"]
    assert {record["Id"]: record["IsDeleted"] for record in seen} == {kept: False, gone: True}
    start, end = datetime.now(UTC) - timedelta(minutes=5), datetime.now(UTC) + timedelta(minutes=5)
    assert [record["id"] for record in sf.Contact.deleted(start, end)["deletedRecords"]] == [gone]
    assert sf.Contact.updated(start, end)["ids"] == [kept]


def test_describes_name_every_object_and_field(sf):
    names = {entry["name"] for entry in sf.describe()["sobjects"]}
    assert {"Account", "Contact", "Product2", "Order", "OrderItem", "Quote", "QuoteLineItem"} <= names
    fields = {field["name"]: field for field in sf.Contact.describe()["fields"]}
    assert (fields["LastName"]["nillable"], fields["LastName"]["length"]) == (False, 80)
    assert sf.Contact.metadata()["objectDescribe"]["keyPrefix"] == "003"


def test_limits_count_the_calls_that_were_made(sf):
    """The limits and the usage header tell of every call; the client reads both."""
    before = sf.limits()["DailyApiRequests"]["Remaining"]
    sf.query("SELECT Id FROM Account")
    assert sf.limits()["DailyApiRequests"]["Remaining"] == before - 2
    usage = sf.api_usage["api-usage"]
    assert (usage.total - usage.used) == before - 2


def test_free_rest_calls_reach_any_resource(sf):
    """The client's own door to what it has no method for: composite calls."""
    body = {"compositeRequest": [{"method": "GET", "url": "/services/data/v59.0/limits", "referenceId": "limits"}]}
    answer = sf.restful("composite", method="POST", json=body)
    assert answer["compositeResponse"][0]["httpStatusCode"] == 200


def test_collections_write_each_record_for_itself(sf):
    """Through the composite resource for collections, good records are kept beside a refused one."""
    attributes = {"type": "Contact"}
    body = {"allOrNone": False, "records": [{"attributes": attributes, "LastName": "A"}, {"attributes": attributes}]}
    good, bad = sf.restful("composite/sobjects", method="POST", json=body)
    assert good["success"] is True
    assert bad["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"


def test_an_expired_session_is_renewed_by_a_client_that_logged_in(https, sf):
    """A client that made the login itself logs in again, once, and repeats the call."""
    before = sf.session_id
    sf.session.delete(f"{https}/sandbox/sessions")
    assert sf.query("SELECT Id FROM Account")["totalSize"] == 0
    assert sf.session_id != before


def test_an_expired_session_that_was_given_is_an_exception(https, session):
    sf = Salesforce(instance_url=https, session_id="00DHp0000004Kj2!stale", session=session)
    with pytest.raises(SalesforceExpiredSession, match="Session expired or invalid"):
        sf.query("SELECT Id FROM Account")


class TestSpentAllowance:
    @pytest.fixture
    def settings(self):
        return SalesforceSettings(daily_api_requests=2)

    def test_calls_beyond_the_allowance_are_refused(self, sf):
        sf.query("SELECT Id FROM Account")
        sf.query("SELECT Id FROM Account")
        with pytest.raises(SalesforceRefusedRequest) as refused:
            sf.query("SELECT Id FROM Account")
        assert refused.value.content[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
