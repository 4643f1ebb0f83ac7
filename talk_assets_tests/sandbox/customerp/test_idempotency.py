"""A request that is sent again with its key is not carried out again."""

import json
import socket
from urllib.parse import urlsplit

from talk_assets.sandbox.customerp import CustomerpSettings


def test_the_same_request_gets_the_same_answer(erp):
    """One record is made, however often the request arrives."""
    first = erp.post("/contacts", {"familyName": "Meitner"}, Idempotency_Key="m-1")
    second = erp.post("/contacts", {"familyName": "Meitner"}, Idempotency_Key="m-1")

    assert (second.status_code, second.json()) == (201, first.json())
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.headers["Location"] == first.headers["Location"]
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(erp.get("/contacts").json()["items"]) == 1


def test_another_body_with_the_key_is_refused(erp):
    """422 rather than an answer to another question."""
    erp.post("/contacts", {"familyName": "Meitner"}, Idempotency_Key="m-1")
    answer = erp.post("/contacts", {"familyName": "Hahn"}, Idempotency_Key="m-1")

    assert (answer.status_code, answer.json()["type"]) == (422, "urn:customerp:problem:idempotency")


def test_another_address_with_the_key_is_refused(erp):
    """The key belongs to the request as a whole."""
    erp.post("/quotes", {"title": "T", "companyName": "A"}, Idempotency_Key="m-1")
    answer = erp.post("/contacts", {"title": "T", "companyName": "A"}, Idempotency_Key="m-1")

    assert answer.json()["type"] == "urn:customerp:problem:idempotency"


def test_a_refused_request_leaves_its_key_free(erp):
    """After a 422 the corrected request may carry the same key."""
    erp.post("/contacts", {}, Idempotency_Key="m-1")
    answer = erp.post("/contacts", {"familyName": "Meitner"}, Idempotency_Key="m-1")

    assert answer.status_code == 201


def test_keys_are_kept_for_a_day(erp, clock):
    """Within 24 hours the answer is repeated, afterwards the key is new."""
    erp.post("/contacts", {"familyName": "Meitner"}, Idempotency_Key="m-1")
    clock.move(hours=24)
    within = erp.post("/contacts", {"familyName": "Meitner"}, Idempotency_Key="m-1")
    clock.move(seconds=1)
    after = erp.post("/contacts", {"familyName": "Meitner"}, Idempotency_Key="m-1")

    assert "Idempotency-Replayed" in within.headers
    assert "Idempotency-Replayed" not in after.headers
    assert within.json()["id"] != after.json()["id"]


def test_a_line_is_added_once(erp):
    """The key holds for lines too: the repeated request is answered though its version is stale by then."""
    order = erp.made("orders")
    line = erp.line()
    path = f"/orders/{order['id']}/lines"
    first = erp.post(path, line, If_Match='"1"', Idempotency_Key="l-1")
    second = erp.post(path, line, If_Match='"1"', Idempotency_Key="l-1")

    assert second.json() == first.json()
    assert len(erp.get(f"/orders/{order['id']}").json()["lines"]) == 1


def test_a_request_that_is_still_running_is_not_started_again(erp):
    """While the body of the first request is still arriving, a second with its key answers 409."""
    body = json.dumps({"familyName": "Meitner"}).encode()
    address = urlsplit(erp.url)
    with socket.create_connection((address.hostname, address.port)) as slow:
        slow.sendall(
            b"POST /api/v1/contacts HTTP/1.1\r\nHost: erp\r\nContent-Type: application/json\r\n"
            b"Authorization: Bearer " + CustomerpSettings().api_key.encode() + b"\r\n"
            b"Idempotency-Key: m-1\r\nExpect: 100-continue\r\n"
            b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n"
        )
        going_on = slow.recv(1024)
        second = erp.post("/contacts", {"familyName": "Meitner"}, Idempotency_Key="m-1")
        slow.sendall(body)
        first = slow.recv(4096)

    assert b"100 Continue" in going_on
    assert (second.status_code, second.json()["type"]) == (409, "urn:customerp:problem:running")
    assert b"201 Created" in first


def test_a_key_has_a_sensible_length(erp):
    """A key of more than 255 characters answers 400."""
    assert erp.post("/contacts", {"familyName": "A"}, Idempotency_Key="k" * 256).status_code == 400
