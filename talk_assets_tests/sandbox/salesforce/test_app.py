import sqlite3

import httpx
import pytest

from talk_assets.sandbox.salesforce import SalesforceSettings, create_app
from talk_assets.sandbox.serving import running


def test_versions_are_listed_without_a_session_oldest_first(org):
    """31.0 to 68.0, each with its season."""
    versions = httpx.get(f"{org.url}/services/data/").json()

    assert versions[0] == {"label": "Summer '14", "url": "/services/data/v31.0", "version": "31.0"}
    assert [v["label"] for v in versions if v["version"] in {"62.0", "65.0", "67.0"}] == [
        "Winter '25",
        "Winter '26",
        "Summer '26",
    ]
    assert versions[-1]["version"] == "68.0"


@pytest.mark.parametrize("version", ["v31.0", "v59.0", "v68.0"])
def test_every_listed_version_answers(org, version):
    """Clients pin versions; all are served alike, and URLs in answers carry the version asked for."""
    body = org.http.get(f"/services/data/{version}").json()

    assert body["sobjects"] == f"/services/data/{version}/sobjects"


@pytest.mark.parametrize(
    ("version", "status", "code"), [("v30.0", 410, "GONE"), ("v69.0", 404, "NOT_FOUND"), ("vNext", 404, "NOT_FOUND")]
)
def test_other_versions_do_not(org, version, status, code):
    """Retired versions are gone, unknown ones were never there."""
    answer = org.http.get(f"/services/data/{version}/limits")

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)


@pytest.mark.parametrize(
    "path", ["limits", "limits/", "sobjects/", "sobjects/Contact/describe/", "query/?q=SELECT+COUNT()+FROM+User"]
)
def test_slash_at_the_end_makes_no_difference(org, path):
    """Some clients write one, some do not."""
    assert org.call("GET", path).status_code == 200


def test_body_may_come_in_chunks(org):
    """Some clients (jsforce) send bodies without a length."""
    answer = org.call(
        "POST",
        "sobjects/Account",
        content=iter([b'{"Na', b'me": "Chunked"}']),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("authorization", "code", "message"),
    [
        (None, "INVALID_SESSION_ID", "Session expired or invalid"),
        ("Bearer 00D000000000000!nothing", "INVALID_SESSION_ID", "Session expired or invalid"),
        ("Basic abc", "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE"),
    ],
)
def test_call_without_a_session_is_401(org, authorization, code, message):
    """The array names what is wrong, so that clients know when to log in again."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = httpx.get(f"{org.url}/services/data/v62.0/limits", headers=headers)

    assert (answer.status_code, answer.json()) == (401, [{"message": message, "errorCode": code}])


def test_session_ends_when_it_was_not_used(org, clock):
    """Use keeps a session alive; two hours without do not."""
    clock.move(hours=1, minutes=50)
    assert org.call("GET", "limits").status_code == 200
    clock.move(hours=1, minutes=50)
    assert org.call("GET", "limits").status_code == 200
    clock.move(hours=2, seconds=1)

    assert org.refused("GET", "limits")[:2] == (401, "INVALID_SESSION_ID")


def test_every_session_can_be_expired(org):
    """The sandbox can force the 401 that clients must survive."""
    httpx.delete(f"{org.url}/sandbox/sessions")

    assert org.refused("GET", "limits")[:2] == (401, "INVALID_SESSION_ID")


def test_api_usage_counts_in_header_and_limits(org):
    """Each call counts once, also a refused one; logging in does not."""
    first = org.call("GET", "limits")
    second = org.call("GET", "sobjects/Nothing")
    third = org.call("GET", "limits")

    assert first.headers["Sforce-Limit-Info"] == "api-usage=1/100000"
    assert second.headers["Sforce-Limit-Info"] == "api-usage=2/100000"
    assert third.json()["DailyApiRequests"] == {"Max": 100_000, "Remaining": 99_997}


class TestSmallAllowance:
    @pytest.fixture
    def settings(self):
        return SalesforceSettings(daily_api_requests=2)

    def test_calls_beyond_the_allowance_are_refused_until_a_day_has_passed(self, org, clock):
        """403 REQUEST_LIMIT_EXCEEDED, and the window is rolling."""
        org.call("GET", "limits")
        org.call("GET", "limits")
        assert org.refused("GET", "limits") == (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        clock.move(hours=25)
        org.log_in()

        assert org.call("GET", "limits").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        (
            "POST",
            "sobjects/Contact/003Hp0000000001",
            "HTTP Method 'POST' not allowed. Allowed are HEAD,GET,PATCH,DELETE",
        ),
        ("DELETE", "composite", "HTTP Method 'DELETE' not allowed. Allowed are POST"),
    ],
)
def test_method_that_a_resource_lacks_is_405(org, method, path, message):
    """The message lists the methods there are."""
    assert org.refused(method, path, None if method == "DELETE" else {}) == (405, "METHOD_NOT_ALLOWED", message)


@pytest.mark.parametrize("path", ["nothing", "sobjects/Nothing", "sobjects/Nothing/describe", "composite/nothing/x"])
def test_unknown_path_or_object_is_404(org, path):
    """One message for all of them."""
    assert org.refused("GET", path) == (404, "NOT_FOUND", "The requested resource does not exist")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"Name": x}', "Unexpected character ('x' (code 120)) at [line:1, column:10]"),
        (b"", "Unexpected end-of-input at [line:1, column:1]"),
    ],
)
def test_body_that_is_no_json_is_refused_at_its_place(org, content, message):
    """The message says line and column."""
    headers = {"Content-Type": "application/json"}
    refusal = org.refused("POST", "sobjects/Account", content=content, headers=headers)

    assert refusal == (400, "JSON_PARSER_ERROR", message)


def test_other_content_types_are_415(org):
    """Rows come as JSON."""
    headers = {"Content-Type": "text/csv"}

    assert org.refused("POST", "sobjects/Account", content=b"Name", headers=headers)[:2] == (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    )


def test_address_above_sixteen_kilobytes_is_refused(org):
    """Long queries need another way than the URL."""
    assert org.refused("GET", "query", params={"q": "x" * 17_000})[:2] == (414, "URI_TOO_LONG")


def test_tally_counts_calls_writes_and_rows(org):
    """Reads by POST are not writes, and each part of a composite call is one."""
    httpx.delete(f"{org.url}/sandbox/requests")
    account = org.create("Account", Name="A")
    org.call("POST", "composite/sobjects/Account", {"ids": [account], "fields": ["Name"]})
    part = {"method": "PATCH", "url": f"/services/data/v62.0/sobjects/Account/{account}", "referenceId": "a"}
    org.call("POST", "composite", {"compositeRequest": [part | {"body": {"Name": "B"}}]})
    report = httpx.get(f"{org.url}/sandbox/requests").json()

    assert report["calls"] == {"POST composite": 1, "POST composite/sobjects/Account": 1, "POST sobjects/Account": 1}
    assert (report["total"], report["writes"]) == (3, 2)
    assert report["rows"] == {"created": 1, "updated": 1, "deleted": 0}


class TestWithoutControls:
    @pytest.fixture
    def settings(self):
        return SalesforceSettings(sandbox_controls=False)

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/sandbox/requests"),
            ("DELETE", "/sandbox/sessions"),
            ("POST", "/services/data/v62.0/sandbox/undelete/001Hp0000000001"),
        ],
    )
    def test_sandbox_pages_are_closed(self, org, method, path):
        """An org without controls looks like any other."""
        assert org.http.request(method, path).status_code == 404


def test_date_of_an_answer_is_the_orgs_clock(org):
    """Readers take their next starting point from it."""
    answer = org.call("GET", "limits")

    assert "Sat, 14 Mar 2026 09:30:15 GMT" in answer.headers.get_list("Date")


def test_file_database_outlives_the_server(tmp_path, settings):
    """Rows, and the numbers that follow them, are there after a restart."""
    database = tmp_path / "salesforce.sqlite"
    ids = []
    for name in ("First", "Second"):
        app = create_app(database=database, settings=settings)
        with running(app) as url:
            token = httpx.post(
                f"{url}/services/oauth2/token",
                data={"grant_type": "client_credentials"},
                auth=(settings.client_id, settings.client_secret),
            ).json()["access_token"]
            answer = httpx.post(
                f"{url}/services/data/v62.0/sobjects/Account",
                json={"Name": name},
                headers={"Authorization": f"Bearer {token}"},
            )
            ids.append(answer.json()["id"])
        app.state.close()

    with sqlite3.connect(database) as connection:
        stored = connection.execute("SELECT Id, Name FROM Account ORDER BY Id").fetchall()
        books = connection.execute("SELECT COUNT(*) FROM Pricebook2").fetchone()
    assert stored == [(ids[0], "First"), (ids[1], "Second")]
    assert books == (1,)
