"""simple-salesforce's Bulk 2.0, as it comes from its authors, against the embedded Salesforce."""

import csv
import io

import pytest
from simple_salesforce.bulk2 import ColumnDelimiter, LineEnding, Operation
from simple_salesforce.exceptions import (
    SalesforceBulkV2LoadError,
    SalesforceMalformedRequest,
    SalesforceOperationError,
    SalesforceResourceNotFound,
)

from talk_assets.sandbox.salesforce import SalesforceSettings

_KEY = "ERP_External_Id__c"


def _rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def _successes(sf, outcome):
    return _rows(sf.bulk2.Contact.get_successful_records(outcome["job_id"]))


def _failures(sf, outcome):
    return _rows(sf.bulk2.Contact.get_failed_records(outcome["job_id"]))


def _names(sf):
    return [row["LastName"] for row in sf.query_all("SELECT LastName FROM Contact ORDER BY LastName")["records"]]


def test_inserted_rows_are_kept_and_refused_rows_tell_why(sf):
    """Each row of a job stands for itself: the good are stored, the bad come back with code, text and fields."""
    records = [
        {"LastName": "Ash", "Email": "ash@acme.example", "DoNotCall": "yes"},
        {"LastName": "", "Email": "nobody@acme.example", "DoNotCall": "no"},
        {"LastName": 'Böhm, "Bo"\nJr', "Email": "not an address", "DoNotCall": "0"},
        {"LastName": "Cole", "Email": "cole@acme.example", "DoNotCall": "perhaps"},
    ]
    (outcome,) = sf.bulk2.Contact.insert(records=records, wait=0)
    assert (outcome["numberRecordsProcessed"], outcome["numberRecordsFailed"]) == (4, 3)
    assert sf.query("SELECT LastName FROM Contact WHERE DoNotCall = true")["records"][0]["LastName"] == "Ash"
    (good,) = _rows(sf.bulk2.Contact.get_successful_records(outcome["job_id"]))
    assert (good["sf__Created"], good["LastName"], len(good["sf__Id"])) == ("true", "Ash", 18)
    errors = {
        row["LastName"]: row["sf__Error"] for row in _rows(sf.bulk2.Contact.get_failed_records(outcome["job_id"]))
    }
    assert errors == {
        "": "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --",
        'Böhm, "Bo"\nJr': "INVALID_EMAIL_ADDRESS:Email: invalid email address: not an address:Email --",
        "Cole": "INVALID_TYPE_ON_FIELD_IN_RECORD:Do Not Call: value not of required type: perhaps:DoNotCall --",
    }
    assert _rows(sf.bulk2.Contact.get_unprocessed_records(outcome["job_id"])) == []


def test_upserts_tell_new_rows_from_known_ones(sf):
    """By external id, one row is created and one updated; the same key twice in a job is refused twice."""
    sf.Account.upsert(f"{_KEY}/A-1", {"Name": "Acme"})
    records = [
        {_KEY: key, "Name": name} for key, name in (("A-1", "Acme Ltd"), ("A-2", "B"), ("A-3", "C"), ("a-3", "D"))
    ]
    (outcome,) = sf.bulk2.Account.upsert(records=records, external_id_field=_KEY, wait=0)
    created = {
        row[_KEY]: row["sf__Created"] for row in _rows(sf.bulk2.Account.get_successful_records(outcome["job_id"]))
    }
    assert created == {"A-1": "false", "A-2": "true"}
    errors = [row["sf__Error"] for row in _rows(sf.bulk2.Account.get_failed_records(outcome["job_id"]))]
    assert errors == [f"DUPLICATE_VALUE:Duplicate external id specified: {key}:{_KEY} --" for key in ("A-3", "a-3")]
    assert sf.Account.get_by_custom_id(_KEY, "A-1")["Name"] == "Acme Ltd"


def test_updates_leave_empty_cells_alone_and_empty_on_demand(sf):
    """An empty cell is no change, `#N/A` is null."""
    first, second = (sf.Contact.create({"LastName": name, "Title": "Dr", "Phone": "1"})["id"] for name in ("A", "B"))
    records = [{"Id": first, "Title": "", "Phone": "#N/A"}, {"Id": second, "Title": "#N/A", "Phone": "2"}]
    (outcome,) = sf.bulk2.Contact.update(records=records, wait=0)
    assert outcome["numberRecordsFailed"] == 0
    found = {
        row["Id"]: (row["Title"], row["Phone"]) for row in sf.query("SELECT Id, Title, Phone FROM Contact")["records"]
    }
    assert found == {first: ("Dr", None), second: (None, "2")}


def test_deletes_go_to_the_recycle_bin(sf):
    ids = [sf.Contact.create({"LastName": name})["id"] for name in ("A", "B")]
    (outcome,) = sf.bulk2.Contact.delete(records=[{"Id": ids[0]}, {"Id": "003Hp00000000000zz"}], wait=0)
    assert (outcome["numberRecordsProcessed"], outcome["numberRecordsFailed"]) == (2, 1)
    assert _names(sf) == ["B"]
    assert sf.query("SELECT Id FROM Contact", include_deleted=True)["totalSize"] == 2
    with pytest.raises(SalesforceBulkV2LoadError, match="must contain only 'Id'"):
        sf.bulk2.Contact.delete(records=[{"Id": ids[1], "LastName": "B"}], wait=0)
    with pytest.raises(SalesforceMalformedRequest, match="hardDelete operation requires"):
        sf.bulk2.Contact.hard_delete(records=[{"Id": ids[1]}], wait=0)


def test_a_parent_is_named_by_its_own_key(sf):
    """The column `Account.<key>` looks the account up; a key that nobody has refuses its row alone."""
    account = sf.Account.create({"Name": "Acme", _KEY: "A-1"})["id"]
    records = [{"LastName": name, f"Account.{_KEY}": key} for name, key in (("A", "A-1"), ("B", "A-9"))]
    (outcome,) = sf.bulk2.Contact.insert(records=records, wait=0)
    assert outcome["numberRecordsFailed"] == 1
    (found,) = sf.query("SELECT LastName, AccountId FROM Contact")["records"]
    assert (found["LastName"], found["AccountId"]) == ("A", account)
    (failed,) = _rows(sf.bulk2.Contact.get_failed_records(outcome["job_id"]))
    assert failed["sf__Error"].startswith("INVALID_FIELD:Foreign key external ID: A-9 not found")


@pytest.mark.parametrize("line_ending", [LineEnding.LF, LineEnding.CRLF])
@pytest.mark.parametrize("delimiter", [ColumnDelimiter.TAB, ColumnDelimiter.SEMICOLON, ColumnDelimiter.CARET])
def test_other_delimiters_and_line_endings_hold_both_ways(sf, delimiter, line_ending):
    record = {"LastName": 'A;"b"\tc^d,e', "Description": "one\ntwo"}
    shape = {"column_delimiter": delimiter, "line_ending": line_ending, "wait": 0}
    (outcome,) = sf.bulk2.Contact.insert(records=[record], **shape)
    assert outcome["numberRecordsFailed"] == 0
    (page,) = sf.bulk2.Contact.query("SELECT LastName, Description FROM Contact", **shape)
    sign = {ColumnDelimiter.TAB: "\t", ColumnDelimiter.SEMICOLON: ";", ColumnDelimiter.CARET: "^"}[delimiter]
    assert page.endswith("\r\n") is (line_ending == LineEnding.CRLF)
    assert list(csv.DictReader(io.StringIO(page, newline=""), delimiter=sign)) == [record]


def test_a_job_of_unknown_columns_fails_as_a_whole(sf):
    """No row is stored; the client raises what the job says."""
    with pytest.raises(SalesforceOperationError, match="InvalidBatch : Field name not found : Shoe"):
        sf.bulk2.Contact.insert(records=[{"LastName": "A", "Shoe": "44"}], wait=0)
    assert _names(sf) == []


def test_query_pages_end_with_the_last_locator(sf):
    """Pages of three rows follow one another until the locator is `null`; all rows come, in order."""
    sf.bulk2.Contact.insert(records=[{"LastName": f"N{number}"} for number in range(8)], wait=0)
    pages = list(sf.bulk2.Contact.query("SELECT LastName FROM Contact ORDER BY LastName", max_records=3, wait=0))
    assert [len(_rows(page)) for page in pages] == [3, 3, 2]
    assert [row["LastName"] for page in pages for row in _rows(page)] == [f"N{number}" for number in range(8)]


@pytest.mark.parametrize("settings", [SalesforceSettings(bulk_page_rows=3)])
def test_an_org_pages_results_that_nobody_asked_to_be_paged(sf):
    """Its pages are as large as it likes, whatever is asked; read one after the other or by their addresses."""
    sf.bulk2.Contact.insert(records=[{"LastName": f"N{number}"} for number in range(8)], wait=0)
    soql = "SELECT LastName FROM Contact ORDER BY LastName"
    for asked in ({}, {"max_records": 100}):
        pages = list(sf.bulk2.Contact.query(soql, wait=0, **asked))
        assert [len(_rows(page)) for page in pages] == [3, 3, 2]

    (job, *_) = sf.restful("jobs/query")["records"]
    listed = sf.restful(f"jobs/query/{job['id']}/resultPages")["resultPages"]
    urls = [f"https://{sf.sf_instance}{page['resultUrl']}" for page in listed]
    found = [sf.session.get(url, headers=sf.headers).text for url in urls]
    assert [row["LastName"] for page in found for row in _rows(page)] == [f"N{number}" for number in range(8)]


def test_query_values_have_their_csv_forms(sf, tmp_path):
    """Null is empty, a boolean a word, a datetime ends in `Z`, a parent's field has its path as header."""
    account = sf.Account.create({"Name": "Acme", "AnnualRevenue": 1200})["id"]
    sf.Contact.create({"LastName": "A", "AccountId": account, "Birthdate": "1990-02-03"})
    soql = "SELECT lastname, Account.Name, Account.AnnualRevenue, Title, DoNotCall, Birthdate, CreatedDate FROM Contact"
    (page,) = sf.bulk2.Contact.query(soql, wait=0)
    (row,) = _rows(page)
    stamp = row.pop("CreatedDate")
    assert stamp.endswith(".000Z")
    assert row == {
        "LastName": "A",
        "Account.Name": "Acme",
        "Account.AnnualRevenue": "1200.0",
        "Title": "",
        "DoNotCall": "false",
        "Birthdate": "1990-02-03",
    }
    (file,) = sf.bulk2.Contact.download(soql, path=str(tmp_path), wait=0)
    assert (file["number_of_records"], file["locator"]) == (1, "")


def test_an_empty_result_still_has_its_header(sf):
    (page,) = sf.bulk2.Contact.query("SELECT Id, LastName FROM Contact", wait=0)
    assert page == '"Id","LastName"\n'


def test_query_all_sees_the_recycle_bin(sf):
    sf.Contact.delete(sf.Contact.create({"LastName": "Gone"})["id"])
    (seen,) = sf.bulk2.Contact.query_all("SELECT LastName, IsDeleted FROM Contact", wait=0)
    (unseen,) = sf.bulk2.Contact.query("SELECT LastName, IsDeleted FROM Contact", wait=0)
    assert [(row["LastName"], row["IsDeleted"]) for row in _rows(seen)] == [("Gone", "true")]
    assert _rows(unseen) == []


@pytest.mark.parametrize(
    ("soql", "message"),
    [
        ("SELECT Id, MailingAddress FROM Contact", "Selecting compound data not supported in Bulk Query"),
        ("SELECT COUNT(Id) FROM Contact", "not supported in Bulk Query"),
        ("SELECT Id FROM Contact LIMIT 5 OFFSET 5", "not supported in Bulk Query"),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "not supported in Bulk Query"),
        ("SELECT Shoe FROM Contact", "No such column 'Shoe' on entity 'Contact'"),
    ],
)
def test_what_bulk_cannot_query_is_refused_at_once(sf, soql, message):
    with pytest.raises(SalesforceMalformedRequest) as refused:
        list(sf.bulk2.Contact.query(soql, wait=0))
    assert message in refused.value.content[0]["message"]


def test_jobs_count_against_the_limits(sf):
    before = sf.limits()
    sf.bulk2.Contact.insert(records=[{"LastName": "A"}], wait=0)
    list(sf.bulk2.Contact.query("SELECT Id FROM Contact", wait=0))
    after = sf.limits()
    for name in ("DailyBulkApiBatches", "DailyBulkV2QueryJobs"):
        assert after[name]["Remaining"] == before[name]["Remaining"] - 1


class TestPacedJobs:
    """Jobs that take their time: the client polls, aborts, and reads what was left."""

    @pytest.fixture
    def settings(self):
        return SalesforceSettings(bulk_paced=True, bulk_batch_rows=2)

    def test_the_client_polls_until_the_job_is_complete(self, sf):
        (outcome,) = sf.bulk2.Contact.insert(records=[{"LastName": f"N{number}"} for number in range(5)], wait=0)
        assert outcome["numberRecordsProcessed"] == 5
        (page,) = sf.bulk2.Contact.query("SELECT LastName FROM Contact", wait=0)
        assert len(_rows(page)) == 5

    def test_an_aborted_job_keeps_what_was_done_and_lists_the_rest(self, sf):
        """Two of five rows are stored when the job is aborted; three come back as they were given."""
        client = sf.bulk2.Contact._client
        job = client.create_job(Operation.insert)["id"]
        client.upload_job_data(job, "LastName\nN0\nN1\nN2\nN3\nN4\n")
        assert client.close_job(job)["state"] == "UploadComplete"
        states = [client.get_job(job, is_query=False)["state"] for _ in range(2)]
        assert states == ["UploadComplete", "InProgress"]
        assert client.abort_job(job, is_query=False)["state"] == "Aborted"
        assert [row["LastName"] for row in _rows(sf.bulk2.Contact.get_unprocessed_records(job))] == ["N4"]
        assert _names(sf) == ["N0", "N1", "N2", "N3"]
        with pytest.raises(SalesforceMalformedRequest, match="Aborting already Completed Job not allowed"):
            client.abort_job(job, is_query=False)


class TestFailingJobs:
    @pytest.fixture
    def settings(self):
        return SalesforceSettings(bulk_fails_after=2)

    def test_a_job_that_fails_midway_lists_what_it_left(self, sf):
        """The rows before the failure stay, those after it are unprocessed, and the client raises."""
        with pytest.raises(SalesforceOperationError, match="TooManyLockFailure"):
            sf.bulk2.Contact.insert(records=[{"LastName": f"N{number}"} for number in range(5)], wait=0)
        assert _names(sf) == ["N0", "N1"]


def test_an_unknown_job_is_not_found(sf):
    with pytest.raises(SalesforceResourceNotFound):
        sf.bulk2.Contact._client.get_job("750Hp00000000zzzzz", is_query=False)


def test_an_upsert_needs_a_field_that_is_a_key(sf):
    with pytest.raises(SalesforceMalformedRequest, match="does not match an External ID"):
        sf.bulk2.Contact.upsert(records=[{"Title": "Dr", "LastName": "A"}], external_id_field="Title", wait=0)
