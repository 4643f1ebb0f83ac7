"""What becomes of Salesforce writes when answers are late, broken or odd."""

import json

import pytest

from talk_assets.model.changes import Op, Outcome, Write
from talk_assets.model.errors import ConfigurationError, PeerUnavailableError

KEY = "ERP_External_Id__c"


def creates(n=2):
    return [Write(intent_id=str(i), entity="order", op=Op.CREATE, values={"Name": "x"}, key=f"k{i}") for i in range(n)]


def composite(*results, stored=()):
    body = [
        {"referenceId": "write", "httpStatusCode": 200, "body": list(results)},
        {"referenceId": "stored", "httpStatusCode": 200, "body": {"done": True, "records": list(stored)}},
    ]
    return json.dumps({"compositeResponse": body}).encode()


def failed(code, fields=()):
    return {"success": False, "errors": [{"statusCode": code, "message": "m", "fields": list(fields)}]}


def outcomes(written):
    return [receipt.outcome for receipt in written.receipts]


@pytest.mark.parametrize(
    "case",
    [
        (b"{}", {"status": "503 Service Unavailable"}, Outcome.AMBIGUOUS),
        (b"<p>", {"status": "502 Bad Gateway", "media_type": "text/html"}, Outcome.AMBIGUOUS),
        (b"<p>login", {"media_type": "text/html"}, Outcome.AMBIGUOUS),
        (b'{"compositeResponse":[', {}, Outcome.AMBIGUOUS),
        (b'{"compositeResponse":[]}', {}, Outcome.AMBIGUOUS),
        (b"{}", {"length": 900}, Outcome.AMBIGUOUS),
        (composite({"id": "1", "success": True, "errors": []}), {}, Outcome.AMBIGUOUS),
        (composite({"odd": 1}, {"odd": 2}), {}, Outcome.AMBIGUOUS),
        (b'[{"errorCode":"JSON_PARSER_ERROR","message":"m"}]', {"status": "400 Bad Request"}, Outcome.REFUSED),
        (b"", {"status": "413 Content Too Large"}, Outcome.NOT_APPLIED),
        (composite(failed("UNABLE_TO_LOCK_ROW"), failed("UNABLE_TO_LOCK_ROW")), {}, Outcome.NOT_APPLIED),
        (composite(failed("INSUFFICIENT_ACCESS"), failed("STRING_TOO_LONG", ["Name"])), {}, Outcome.REFUSED),
        (composite(failed("DUPLICATES_DETECTED"), failed("DUPLICATE_VALUE")), {}, Outcome.REFUSED),
        (composite(failed("UNKNOWN_EXCEPTION"), failed("UNKNOWN_EXCEPTION")), {}, Outcome.AMBIGUOUS),
    ],
)
def test_every_answer_to_a_batch_is_judged(orders, order, answer, case):
    """No answer raises for its records; each says what is certain."""
    body, facts, expected = case
    _, port = orders(answer(body, **facts))

    assert outcomes(port.write(order, creates())) == [expected] * 2


def test_lost_answer_is_not_sent_again(orders, order, answer):
    """A create that may have been carried out is never repeated blindly."""
    one, port = orders(answer(b"{}", length=900), answer(b"{}"))
    port.write(order, creates())

    assert len([head for head, _ in one.requests if "/composite" in head]) == 1


def test_records_are_judged_one_by_one(orders, order, answer):
    """A batch with one refusal applies the rest, results taken by position."""
    stored = {"Id": "801000000000001AAA", "SystemModstamp": "2024-09-10T14:20:17.000+0000", KEY: "K2"}
    good = {"id": "801000000000009AAA", "success": True, "errors": []}
    body = composite(good, failed("REQUIRED_FIELD_MISSING", ["Name"]), failed("DUPLICATE_VALUE"), stored=[stored])
    _, port = orders(answer(body))
    written = port.write(order, creates(3))

    assert outcomes(written) == [Outcome.APPLIED, Outcome.REFUSED, Outcome.EXISTS]
    assert written.receipts[1].problem.property == "Name"
    assert written.receipts[2].id == stored["Id"]


def test_failed_read_back_leaves_the_receipts(orders, order, answer):
    """What was written stays written when only the reading back failed."""
    good = {"id": "801000000000009AAA", "success": True, "errors": []}
    body = json.loads(composite(good))
    body["compositeResponse"][1] |= {"httpStatusCode": 500, "body": [{"errorCode": "UNKNOWN_EXCEPTION"}]}
    _, port = orders(answer(json.dumps(body).encode()))
    written = port.write(order, creates(1))

    assert outcomes(written) == [Outcome.APPLIED]
    assert written.stored.frames["order"].height == 0


def test_used_up_allowance_raises(orders, order, answer):
    """When the org's limit is reached the run stops, because every further batch would meet it too."""
    body = b'[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]'
    _, port = orders(answer(body, status="403 Forbidden"))

    with pytest.raises(PeerUnavailableError, match="limit"):
        port.write(order, creates())


def test_refused_session_raises(orders, order, answer):
    """A session that a new login does not mend is for a person."""
    lost = answer(b'[{"errorCode":"INVALID_SESSION_ID","message":"m"}]', status="401 Unauthorized")
    one, port = orders(lost)
    token = json.dumps({"access_token": "00D!u", "instance_url": one.url}).encode()
    one.answers += [answer(token), lost]

    with pytest.raises(ConfigurationError, match="API access"):
        port.write(order, creates())


def test_update_without_an_id_is_refused_here(orders, order):
    """A write that cannot be right is refused before anything is sent."""
    one, port = orders()
    written = port.write(order, [Write(intent_id="1", entity="order", op=Op.UPDATE, values={}, id="x' OR")])

    assert outcomes(written) == [Outcome.REFUSED]
    assert not [head for head, _ in one.requests if "/composite" in head]


def test_text_that_looks_like_a_reference_is_stored_as_text(salesforce):
    """Composite calls replace @{...} wherever it stands; a record with such a text must not meet that."""
    odd = "@{write[0].id} @{nobody.id}"
    written = salesforce.send(salesforce.contact("k1", first=odd), salesforce.contact("k2"))
    rows = {row["_key"]: row for row in written.stored.frames["contact"].to_dicts()}
    update = salesforce.write("contact", Op.UPDATE, {"city": "@{x.id}"}, id=rows["k2"]["_id"])
    updated = salesforce.send(update)
    again = salesforce.send(salesforce.contact("k1", first=odd))

    assert [receipt.outcome for receipt in written.receipts] == [Outcome.APPLIED, Outcome.APPLIED]
    assert rows["k1"]["FirstName"] == odd
    assert updated.stored.frames["contact"]["MailingCity"].to_list() == ["@{x.id}"]
    assert again.receipts[0].outcome is Outcome.EXISTS


def test_parts_of_a_call_are_carried_out_in_order(orders, order, answer):
    """Unless told otherwise Salesforce may put them in another order, and the read before a write after it."""
    result = {"id": "801000000000001AAA", "success": True, "errors": []}
    peer, port = orders(answer(composite(result)))

    port.write(order, creates(1))

    assert json.loads(peer.requests[-1][1])["collateSubrequests"] is False
