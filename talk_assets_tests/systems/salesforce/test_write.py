"""What becomes of Salesforce writes when answers are late, broken or odd."""

import json

import pytest

from talk_assets.model.changes import Op, Outcome, Write
from talk_assets.model.errors import ConfigurationError, PeerUnavailableError
from talk_assets.model.system import System
from talk_assets.model.wire import Entity, Field
from talk_assets.systems.salesforce import SalesforceLogin, SalesforcePort

KEY = "ERP_External_Id__c"
LINE = Entity(
    name="line", system=System.SALESFORCE, resource="OrderItem", fields=(), key_path=KEY, parent_path="OrderId"
)
ORDER = Entity(name="order", system=System.SALESFORCE, resource="Order", fields=(Field(path="Name"),), key_path=KEY)


@pytest.fixture
def scripted(peer, answer, patience):
    """Start a peer that logs in, describes what is asked for, and then answers as told."""

    def start(*answers, describes=1):
        names = ["Id", "IsDeleted", "SystemModstamp", "Name", "OrderId", KEY]
        describe = answer(json.dumps({"fields": [{"name": name} for name in names]}).encode())
        one = peer()
        token = json.dumps({"access_token": "00D!t", "instance_url": one.url}).encode()
        one.answers += [answer(token), *[describe] * describes, *answers]
        port = SalesforcePort(
            login=SalesforceLogin(url=one.url, client_id="c", client_secret="s"),
            entities={"order": ORDER, "line": LINE},
            relations={"line": "OrderItems"},
            patience=patience,
        )
        return one, port

    return start


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
    ("body", "facts", "expected"),
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
def test_every_answer_to_a_batch_is_judged(scripted, answer, body, facts, expected):
    """No answer raises for its records; each says what is certain."""
    _, port = scripted(answer(body, **facts))

    assert outcomes(port.write(ORDER, creates())) == [expected] * 2


def test_lost_answer_is_not_sent_again(scripted, answer):
    """A create that may have been carried out is never repeated blindly."""
    one, port = scripted(answer(b"{}", length=900), answer(b"{}"))
    port.write(ORDER, creates())

    assert len([head for head, _ in one.requests if "/composite" in head]) == 1


def test_records_are_judged_one_by_one(scripted, answer):
    """A batch with one refusal applies the rest, results taken by position."""
    stored = {"Id": "801000000000001AAA", "SystemModstamp": "2024-09-10T14:20:17.000+0000", KEY: "K2"}
    good = {"id": "801000000000009AAA", "success": True, "errors": []}
    body = composite(good, failed("REQUIRED_FIELD_MISSING", ["Name"]), failed("DUPLICATE_VALUE"), stored=[stored])
    _, port = scripted(answer(body))
    written = port.write(ORDER, creates(3))

    assert outcomes(written) == [Outcome.APPLIED, Outcome.REFUSED, Outcome.EXISTS]
    assert written.receipts[1].problem.property == "Name"
    assert written.receipts[2].id == stored["Id"]


def test_failed_read_back_leaves_the_receipts(scripted, answer):
    """What was written stays written when only the reading back failed."""
    good = {"id": "801000000000009AAA", "success": True, "errors": []}
    body = json.loads(composite(good))
    body["compositeResponse"][1] |= {"httpStatusCode": 500, "body": [{"errorCode": "UNKNOWN_EXCEPTION"}]}
    _, port = scripted(answer(json.dumps(body).encode()))
    written = port.write(ORDER, creates(1))

    assert outcomes(written) == [Outcome.APPLIED]
    assert written.stored.frames["order"].height == 0


def test_used_up_allowance_raises(scripted, answer):
    """When the org's limit is reached the run stops, because every further batch would meet it too."""
    body = b'[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests Limit exceeded."}]'
    _, port = scripted(answer(body, status="403 Forbidden"))

    with pytest.raises(PeerUnavailableError, match="limit"):
        port.write(ORDER, creates())


def test_refused_session_raises(scripted, answer):
    """A session that a new login does not mend is for a person."""
    lost = answer(b'[{"errorCode":"INVALID_SESSION_ID","message":"m"}]', status="401 Unauthorized")
    one, port = scripted(lost)
    token = json.dumps({"access_token": "00D!u", "instance_url": one.url}).encode()
    one.answers += [answer(token), lost]

    with pytest.raises(ConfigurationError, match="API access"):
        port.write(ORDER, creates())


def test_update_without_an_id_is_refused_here(scripted):
    """A write that cannot be right is refused before anything is sent."""
    one, port = scripted()
    written = port.write(ORDER, [Write(intent_id="1", entity="order", op=Op.UPDATE, values={}, id="x' OR")])

    assert outcomes(written) == [Outcome.REFUSED]
    assert not [head for head, _ in one.requests if "/composite" in head]


def document(n, lines=2):
    inner = tuple(
        Write(intent_id=f"{n}-{m}", entity="line", op=Op.CREATE, values={}, key=f"k{n}-{m}") for m in range(lines)
    )
    return Write(intent_id=str(n), entity="order", op=Op.CREATE, values={"Name": "x"}, key=f"k{n}", lines=inner)


def tree(*results, errors):
    return json.dumps({"hasErrors": errors, "results": list(results)}).encode()


def created(n, lines=2):
    names = [f"d{n}", *[f"d{n}l{m}" for m in range(lines)]]
    return [{"referenceId": name, "id": f"id-{name}"} for name in names]


def test_failing_documents_are_taken_out_and_the_rest_sent_again(scripted, answer):
    """One bad document among three costs one more request and nothing else."""
    bad = {"referenceId": "d1l1", "errors": failed("FIELD_INTEGRITY_EXCEPTION", ["Quantity"])["errors"]}
    one, port = scripted(
        answer(tree(bad, errors=True), status="400 Bad Request"),
        answer(tree(*created(0), *created(2), errors=False), status="201 Created"),
        *[answer(b"{}", status="500 Internal Server Error")] * 4,
        describes=2,
    )
    written = port.write(ORDER, [document(0), document(1), document(2)])
    second = json.loads([body for head, body in one.requests if "/tree/" in head][1])

    assert outcomes(written) == [Outcome.APPLIED, Outcome.REFUSED, Outcome.APPLIED]
    assert [line.id for line in written.receipts[2].lines] == ["id-d2l0", "id-d2l1"]
    assert written.receipts[1].problem.property == "lines.1.Quantity"
    assert [d["attributes"]["referenceId"] for d in second["records"]] == ["d0", "d2"]


def test_locked_documents_are_left_for_later(scripted, answer):
    """A document that met a lock was not created and is not refused."""
    busy = {"referenceId": "d0", "errors": failed("UNABLE_TO_LOCK_ROW")["errors"]}
    _, port = scripted(
        answer(tree(busy, errors=True), status="400 Bad Request"),
        answer(json.dumps({"compositeResponse": []}).encode()),
        describes=2,
    )

    assert outcomes(port.write(ORDER, [document(0)])) == [Outcome.NOT_APPLIED]


@pytest.mark.parametrize(
    ("body", "status", "expected"),
    [
        (b'{"hasErrors":true,"results":[]}', "400 Bad Request", Outcome.REFUSED),
        (b'[{"errorCode":"INVALID_FIELD","message":"m"}]', "400 Bad Request", Outcome.REFUSED),
        (b"{}", "500 Internal Server Error", Outcome.AMBIGUOUS),
        (b"{}", "201 Created", Outcome.AMBIGUOUS),
        (tree(*created(0, lines=1), errors=False), "201 Created", Outcome.APPLIED),
    ],
)
def test_every_answer_to_a_tree_is_judged(scripted, answer, body, status, expected):
    """Documents and their lines all get receipts, whatever came back."""
    late = [answer(b"{}", status="500 Internal Server Error")] * 4
    _, port = scripted(answer(body, status=status), *late, describes=2)
    written = port.write(ORDER, [document(0)])

    assert outcomes(written) == [expected]
    assert len(written.receipts[0].lines) == 2


def test_document_with_too_many_lines_is_refused_here(scripted):
    """A tree holds 200 records; a longer document is told so and not sent in parts."""
    one, port = scripted(describes=2)
    written = port.write(ORDER, [document(0, lines=200)])

    assert outcomes(written) == [Outcome.REFUSED]
    assert "199 lines" in written.receipts[0].problem.message
    assert not [head for head, _ in one.requests if "/tree/" in head]
