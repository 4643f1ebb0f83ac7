"""Each kind of fault as a client meets it over HTTP: what was done, and what came back."""

import json
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

BROKEN = (httpx.ReadError, httpx.RemoteProtocolError)


@pytest.mark.parametrize(("kind", "done"), [("refuse", False), ("commit_then_refuse", True)])
@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_a_refusal_says_nothing_about_what_was_done(end, strike, kind, done, status):
    """The status is the one asked for, whether the records were written or not."""
    strike(end, kind, method="write", status=status)

    assert end.save("Berg").status_code == status
    assert end.names() == (["Berg"] if done else [])


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("seconds", [-1, 0, 7])
def test_a_refusal_says_when_to_come_back_if_asked_to(end, strike, status, seconds):
    """Retry-After is there from zero seconds on."""
    strike(end, "refuse", status=status, retry_after=seconds)

    answer = end.http.get("/api/v1/contacts")

    assert answer.status_code == status
    assert answer.headers.get("retry-after") == (None if seconds < 0 else str(seconds))


@pytest.mark.parametrize(
    ("kind", "done"),
    [
        ("reset", False),
        ("commit_then_reset", True),
        ("timeout", False),
        ("commit_then_timeout", True),
        ("reset_mid_body", True),
    ],
)
def test_a_broken_connection_says_nothing_about_what_was_done(end, strike, kind, done):
    """The client reads a reset; the server goes on with the next request."""
    strike(end, kind, method="write", **({"seconds": 0.05} if "timeout" in kind else {}))

    with pytest.raises(BROKEN):
        end.save("Berg")

    assert end.names() == (["Berg"] if done else [])


def test_silence_lasts_longer_than_the_client(end, strike):
    """A client that gives up first reads no reset but its own timeout; the write is done."""
    strike(end, "commit_then_timeout", seconds=30)
    end.http.timeout = httpx.Timeout(0.2)

    with pytest.raises(httpx.ReadTimeout):
        end.save("Berg")

    end.http.timeout = httpx.Timeout(5)
    assert end.names() == ["Berg"]


def test_half_a_body_arrives_before_the_reset(end, strike):
    """The status and the first half are read, then the connection is gone."""
    strike(end, "reset_mid_body", path="contacts|query")
    url = "/api/v1/contacts" if end.end == "customerp" else "/services/data/v62.0/query?q=SELECT+Id+FROM+Contact"
    with end.http.stream("GET", url) as answer:
        read = []
        with pytest.raises(BROKEN):
            read.extend(answer.iter_raw(chunk_size=1))

    assert answer.status_code == 200
    assert 0 < len(read) == int(answer.headers["content-length"]) // 2


def test_truncated_json_is_a_whole_answer_that_cannot_be_read(end, strike):
    """The length is that of the half, so nothing but the JSON is broken."""
    strike(end, "truncated_json")

    answer = end.save("Berg")

    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert end.names() == ["Berg"]


@pytest.mark.parametrize("commit", [True, False])
def test_an_html_page_comes_in_place_of_the_answer(end, strike, commit):
    """It has the status of success; whether the write was done is the fault's choice."""
    strike(end, "html_page", method="write", commit=commit)

    answer = end.save("Berg")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert end.names() == (["Berg"] if commit else [])


def test_one_record_of_a_batch_fails_and_the_others_are_written(end, strike):
    """The status is 200, and the result of the one says what the fault says."""
    strike(end, "failed_records", index=1, message="Not today.")

    answer = end.save("Berg", "Dahl", "Falk")

    assert answer.status_code == 200
    assert end.results(answer) == [True, False, True]
    assert end.codes(answer)[1] == "Not today."
    assert end.names() == ["Berg", "Falk"]


def test_all_records_of_a_batch_fail(end, strike):
    """The index -1 stands for every record."""
    strike(end, "failed_records", index=-1)

    assert end.results(end.save("Berg", "Dahl")) == [False, False]
    assert end.names() == []


def test_a_locked_row_is_told_in_the_words_of_salesforce(serve, strike):
    """UNABLE_TO_LOCK_ROW comes as the result of the record."""
    end = serve("salesforce")
    strike(end, "lock_row")

    answer = end.save("Berg", "Dahl")

    error = answer.json()["compositeResponse"][0]["body"][0]["errors"][0]
    assert error["statusCode"] == "UNABLE_TO_LOCK_ROW"
    assert end.names() == ["Dahl"]


@pytest.mark.parametrize(("change", "count"), [(-1, 2), (1, 4)])
def test_results_are_miscounted(end, strike, change, count):
    """There are fewer or more results than records, and all records are written."""
    strike(end, "miscounted_results", change=change)

    assert len(end.results(end.save("Berg", "Dahl", "Falk"))) == count
    assert end.names() == ["Berg", "Dahl", "Falk"]


def test_the_calls_of_the_day_are_used_up(serve, strike):
    """403 REQUEST_LIMIT_EXCEEDED, and nothing is done."""
    end = serve("salesforce")
    strike(end, "request_limit", method="write")

    answer = end.save("Berg")

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert end.names() == []


def test_a_token_expires_between_two_batches(serve, strike):
    """The second batch is refused with 401, and so is the third, until the client logs in again."""
    end = serve("salesforce")
    strike(end, "expired_token", method="write", nth=2)

    statuses = [end.save("Berg").status_code, end.save("Dahl").status_code, end.save("Falk").status_code]
    end.log_in()

    assert statuses == [200, 401, 401]
    assert end.names() == ["Berg"]


def test_an_api_key_is_refused_once(serve, strike):
    """Customerp has no sessions: the request is refused, the next one is not."""
    end = serve("customerp")
    strike(end, "expired_token")

    assert [end.save("Berg").status_code, end.save("Dahl").status_code] == [401, 200]


def test_a_stale_read_has_not_seen_the_latest_write(end, strike):
    """The record is shown as it was before, then as it is."""
    end.save("Berg")
    record_id = next(row.get("id") or row.get("Id") for row in end.rows())
    strike(end, "stale_read", path="contacts$|contacts\\?|query")
    end.change(record_id, "Dahl")

    assert [end.names(), end.names()] == [["Berg"], ["Dahl"]]


def test_a_late_commit_is_seen_after_its_stamp(end, strike, clock):
    """A new record and a change are there only seconds later, with the stamps of the writes."""
    end.save("Berg")
    record_id = next(row.get("id") or row.get("Id") for row in end.rows())
    strike(end, "late_commit", count=2, seconds=60)
    end.change(record_id, "Dahl")
    end.save("Falk")
    clock.move(seconds=30)
    end.save("Gran")
    before = end.names()
    order = len(end.rows())
    clock.move(seconds=31)

    assert before == ["Berg", "Gran"]
    assert order == 2
    assert end.names() == ["Dahl", "Falk", "Gran"]
    assert (end.rows()[-1].get("familyName") or end.rows()[-1].get("LastName")) == "Gran"


def test_a_late_commit_is_in_the_feed_when_it_is_seen(serve, strike, clock):
    """Who has read the feed up to a later change still gets it."""
    end = serve("customerp")
    strike(end, "late_commit", seconds=60)
    end.save("Berg")
    end.save("Dahl")
    last = end.http.get("/api/v1/changes").json()["last"]
    clock.move(seconds=61)

    later = end.http.get("/api/v1/changes", params={"since": last}).json()["items"]

    assert [item["id"] for item in later] == [row["id"] for row in end.rows() if row["familyName"] == "Berg"]


def test_a_write_waits_for_the_late_commit_of_its_record(end, strike):
    """As with a row lock: the second change is made on top of the first one."""
    end.save("Berg")
    record_id = next(row.get("id") or row.get("Id") for row in end.rows())
    strike(end, "late_commit", seconds=60)
    end.change(record_id, "Dahl")
    hidden = end.names()
    end.change(record_id, "Falk")
    end.change(record_id, "Falk")

    assert hidden == ["Berg"]
    assert end.names() == ["Falk"]


@pytest.mark.parametrize(
    ("kind", "shown"),
    [("duplicate_rows", ["Berg", "Berg", "Dahl"]), ("shuffled_rows", ["Dahl", "Berg"])],
)
def test_a_list_repeats_or_shuffles_its_rows(end, strike, kind, shown):
    """The rows are right, their number or their order is not."""
    end.save("Berg")
    end.save("Dahl")
    strike(end, kind, method="read")

    rows = [row.get("familyName") or row.get("LastName") for row in end.rows()]

    assert rows == shown if kind == "shuffled_rows" else sorted(rows) == shown


def test_a_page_begins_with_the_end_of_the_page_before(end, strike):
    """As when a row was put in before it while the pages were read."""
    end.save("Berg")
    strike(end, "shifted_rows", nth=2)
    first, second = end.rows(), end.rows()

    assert second == [*first, *first]


def test_text_is_stored_otherwise_than_sent(end, strike):
    """The answer of the write says nothing of it; who reads back sees it."""
    strike(end, "normalised_values")
    end.save("Berg", jobTitle="Buyer")

    assert [row.get("jobTitle") or row.get("Title") for row in end.rows()] == ["BUYER"]


def test_the_date_header_is_skewed(end, strike, clock):
    """It is off by the seconds told."""
    strike(end, "skewed_date", seconds=3600)

    assert parsedate_to_datetime(end.save("Berg").headers["date"]) == clock.now.replace(microsecond=0) + timedelta(
        hours=1
    )


@pytest.mark.parametrize("kind", ["slow", "slow_drip"])
def test_a_slow_answer_is_whole(end, strike, kind):
    """It takes the time told and is complete."""
    strike(end, kind, seconds=0.2)
    started = time.monotonic()

    assert end.results(end.save("Berg")) == [True]
    assert time.monotonic() - started >= 0.2
