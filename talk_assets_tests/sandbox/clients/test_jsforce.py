"""jsforce, as it comes from its authors, against the embedded Salesforce: each script is run once and judged here."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from talk_assets.sandbox.salesforce import SalesforceSettings, create_app
from talk_assets.sandbox.serving import running

_SCRIPTS = Path(__file__).parent / "js"
_KEY = "ERP_External_Id__c"


def _run(script):
    """Return what a script reports of a new org."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed: jsforce was not run")
    if not (_SCRIPTS / "node_modules").is_dir():
        pytest.skip("jsforce is not installed: make clients")
    settings = SalesforceSettings()
    app = create_app(settings=settings)
    with running(app) as url:
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
        }
        token = httpx.post(f"{url}/services/oauth2/token", data=form).json()["access_token"]
        facts = {
            "url": url,
            "token": token,
            "username": settings.username,
            "password": settings.password,
            "client_id": settings.client_id,
            "client_secret": settings.client_secret,
            "refresh_token": settings.refresh_token,
        }
        ran = subprocess.run(
            [node, _SCRIPTS / f"{script}.mjs"],
            env={"PATH": os.environ["PATH"], "ORG": json.dumps(facts)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    app.state.close()
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def session():
    return _run("session")


@pytest.fixture(scope="module")
def records():
    return _run("records")


@pytest.fixture(scope="module")
def queries():
    return _run("queries")


@pytest.fixture(scope="module")
def bulk():
    return _run("bulk")


@pytest.fixture(scope="module")
def composite():
    return _run("composite")


class TestSession:
    def test_soap_login_opens_a_session_that_logout_ends(self, session):
        """Login by SOAP, with a security token after the password, serves REST until SOAP logout ends it."""
        assert session["bySoap"]["id"] == session["soapIdentity"]["user"]
        assert session["bySoap"]["organizationId"] == session["soapIdentity"]["org"]
        assert session["soapIdentity"]["username"] == SalesforceSettings().username
        assert session["soapCount"] == 2
        assert session["afterLogout"]["code"] == "INVALID_SESSION_ID"

    def test_soap_login_refuses_a_wrong_password_and_versions_without_it(self, session):
        message = "INVALID_LOGIN: Invalid username, password, security token; or user locked out."
        assert session["wrongPassword"]["message"] == message
        assert session["tooNew"]["message"].startswith("UNSUPPORTED_API_VERSION")

    def test_oauth_logs_in_and_tells_who_one_is(self, session):
        assert session["byPassword"] == session["bySoap"] | {"url": session["byPassword"]["url"]}
        assert session["identityWithoutLogin"] == SalesforceSettings().username
        assert session["wrongGrant"] == {"name": "unsupported_grant_type", "message": "grant type not supported"}

    def test_an_expired_session_is_renewed_under_calls_that_run_together(self, session):
        """Three calls meet the end of the session at once: all succeed, with a new token."""
        assert session["renewed"] == {"sizes": [2, 0], "created": True}
        assert session["tokenChanged"] is True

    def test_a_refresh_token_renews_once_and_without_one_the_call_fails(self, session):
        assert (session["refreshes"], session["refreshedCount"]) == (1, 2)
        assert session["staleToken"]["code"] == "INVALID_SESSION_ID"


class TestRecords:
    def test_a_record_is_created_changed_read_and_deleted(self, records):
        created = records["created"]
        assert created == {"id": created["id"], "success": True, "errors": []}
        assert records["updated"] == created
        assert (records["one"]["Name"], records["one"]["DoNotCall"]) == ("Robin Keller", False)
        assert {"LastName": "Keller", "Email": "r@keller.example"}.items() <= records["chosen"].items()
        assert records["destroyed"] == created
        assert records["gone"]["code"] == "ENTITY_IS_DELETED"

    def test_collections_answer_each_record_in_order(self, records):
        """Two of three are created, one of two changed; the refused tell code, text and fields."""
        assert [result["success"] for result in records["many"]] == [True, True, False]
        (error,) = records["many"][2]["errors"]
        assert (error["statusCode"], error["fields"]) == ("REQUIRED_FIELD_MISSING", ["LastName"])
        assert [result["success"] for result in records["manyUpdated"]] == [True, False]
        assert records["several"] == [["A", "Dr"], ["B", None]]
        assert [result["success"] for result in records["manyDestroyed"]] == [True, True]

    def test_all_or_none_takes_back_the_good_record(self, records):
        codes = [result["errors"][0]["statusCode"] for result in records["refused"]["answer"]]
        assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]

    def test_upserts_tell_new_from_known_and_refuse_several(self, records):
        first, second, both = records["upserts"]
        assert (first["created"], second["created"]) == (True, False)
        assert first["id"] == second["id"] == both[0]["id"]
        assert [result["created"] for result in both] == [False, True]
        assert records["choices"]["code"] == "MULTIPLE_CHOICES"

    def test_changes_and_deletions_of_a_span_are_listed(self, records):
        assert sorted(records["deleted"])[0] == records["created"]["id"]
        assert (len(records["deleted"]), records["changed"]) == (3, 2)

    def test_describes_limits_and_versions_are_read(self, records):
        assert {"LastName", "AccountId", "MailingAddress", _KEY} <= set(records["fields"])
        assert {"Order", "Quote", "Product2"} <= set(records["objects"])
        assert records["contacts"] == 3
        assert records["limits"]["Remaining"] == records["usage"]["limit"] - records["usage"]["used"]
        assert records["versions"]["url"] == f"/services/data/v{records['versions']['version']}"

    def test_refusals_become_errors_named_by_their_code(self, records):
        assert (records["missing"]["name"], records["missing"]["fields"]) == ("REQUIRED_FIELD_MISSING", ["LastName"])
        assert records["unknown"]["code"] == "NOT_FOUND"
        assert records["malformed"]["message"].endswith("does not exist or is not accessible: 23foo")


class TestQueries:
    def test_pages_follow_one_another_by_hand_by_option_and_as_events(self, queries):
        assert queries["pages"] == [[450, False, 200], [450, False, 200], [450, True, 50]]
        assert queries["paged"] == queries["events"] == queries["names"]
        assert queries["fetched"] == 450

    def test_the_query_builder_finds_sorts_skips_and_includes(self, queries):
        """Parents, quotes in values, OR, IN, a date literal, all fields, and children of a parent."""
        name = "O'Brien & Söhne"
        assert queries["found"] == [["N0001", name], ["N0000", name]]
        ((last, city, keys),) = queries["everything"]
        assert (last, city) == ("N0001", None)
        assert keys > 40
        assert queries["either"] == ["N0005", "N0006", "N0007"]
        assert queries["none"] == 0
        assert queries["children"] == [["N0001", "N0000"]]

    def test_found_records_are_changed_and_deleted_at_once(self, queries):
        assert (queries["removed"], queries["scanned"]) == (10, 10)
        assert queries["renamed"] == [True]

    def test_groups_are_counted_and_malformed_queries_refused(self, queries):
        assert queries["grouped"] == [[False, 437], [True, 3]]
        assert queries["malformed"]["code"] == "MALFORMED_QUERY"


class TestBulk:
    def test_one_call_loads_rows_and_tells_of_each(self, bulk):
        loaded = bulk["loaded"]
        assert [row["LastName"] for row in loaded["successfulResults"]] == ["Ash"]
        (failed,) = loaded["failedResults"]
        assert failed["LastName"] == 'Böhm, "Bo"\nJr'
        assert failed["sf__Error"] == "INVALID_EMAIL_ADDRESS:Email: invalid email address: nope:Email --"
        assert loaded["unprocessedRecords"] == []

    def test_upserts_and_updates_load_too(self, bulk):
        assert [row["sf__Created"] for row in bulk["upserted"]["successfulResults"]] == ["true", "true"]
        (failed,) = bulk["upserted"]["failedResults"]
        assert failed["sf__Error"].startswith("MISSING_ARGUMENT")
        assert bulk["changed"] == ["false"]

    def test_a_job_goes_step_by_step(self, bulk):
        opened = bulk["opened"]
        assert (opened["state"], opened["apiVersion"]) == ("Open", 62)
        assert opened["contentUrl"] == f"services/data/v62.0/jobs/ingest/{opened['id']}/batches"
        assert bulk["twice"]["code"] == "INVALIDJOBSTATE"
        assert (bulk["info"]["state"], bulk["info"]["numberRecordsProcessed"]) == ("JobComplete", 2)
        assert [row["LastName"] for row in bulk["all"]["successfulResults"]] == ["Cole", "Dole"]
        assert bulk["raw"].startswith('"sf__Id","sf__Created","LastName"\n')
        assert bulk["deleted"]["code"] == "NOT_FOUND"

    def test_aborted_and_failed_jobs_store_nothing(self, bulk):
        assert bulk["left"] == [{"LastName": "Never"}]
        assert bulk["failed"]["message"].endswith("InvalidBatch : Field name not found : Shoe")
        assert bulk["notAnObject"]["code"] == "INVALIDENTITY"
        assert [row["LastName"] for row in bulk["rows"]] == ["Ash", "Cole", "Dole"]

    def test_queries_stream_rows(self, bulk):
        assert bulk["rows"][0] == {"LastName": "Ash", "Email": "", "Title": "Dr", "Account.Name": ""}
        assert bulk["withDeleted"] == [{"LastName": "Ash", "IsDeleted": "true"}]
        assert bulk["compound"]["message"] == "Selecting compound data not supported in Bulk Query"


class TestComposite:
    def test_parts_refer_to_earlier_parts(self, composite):
        answers = composite["linked"]["compositeResponse"]
        assert [answer["httpStatusCode"] for answer in answers] == [201, 201, 200, 200, 204]
        assert answers[2]["body"]["AccountId"] == answers[0]["body"]["id"]
        assert ["K", "Acme 2"] in composite["leaves"]

    def test_all_or_none_rolls_back_every_part(self, composite):
        first, second = composite["rolledBack"]["compositeResponse"]
        assert first["body"][0]["errorCode"] == "PROCESSING_HALTED"
        assert second["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
        assert "Lost" not in composite["accounts"]

    def test_a_batch_halts_after_a_failure(self, composite):
        assert [result["statusCode"] for result in composite["batch"]["results"]] == [201, 404, 412]
        assert ("B1" in composite["accounts"], "B2" in composite["accounts"]) == (True, False)

    def test_a_tree_is_stored_with_its_children(self, composite):
        assert composite["tree"]["hasErrors"] is False
        assert ["Leaf", "Tree"] in composite["leaves"]

    def test_each_graph_is_kept_or_taken_back_for_itself(self, composite):
        graphs = {graph["graphId"]: graph["isSuccessful"] for graph in composite["graph"]["answer"]["graphs"]}
        assert graphs == {"good": True, "bad": False}
        assert ("Graph" in composite["accounts"], "Undone" in composite["accounts"]) == (True, False)
        assert ["G", "Graph"] in composite["leaves"]
