"""What becomes of documents and their lines, whatever Salesforce answers."""

import json

import pytest

from talk_assets.model.changes import Op, Outcome, Write


def failed(code, fields=()):
    return {"success": False, "errors": [{"statusCode": code, "message": "m", "fields": list(fields)}]}


def outcomes(written):
    return [receipt.outcome for receipt in written.receipts]


def document(n, lines=2):
    inner = tuple(
        Write(intent_id=f"{n}-{m}", entity="line", op=Op.CREATE, values={}, key=f"k{n}-{m}") for m in range(lines)
    )
    return Write(intent_id=str(n), entity="order", op=Op.CREATE, values={"Name": "x"}, key=f"k{n}", lines=inner)


def tree(*results, errors):
    return json.dumps({"hasErrors": errors, "results": list(results)}).encode()


def created(n, lines=2):
    names = [f"d{n}", *[f"d{n}l{m}" for m in range(lines)]]
    return [{"referenceId": name, "id": an_id(name)} for name in names]


def an_id(name):
    return f"801{name:0>12}AAA"


def test_failing_documents_are_taken_out_and_the_rest_sent_again(orders, order, answer):
    """One bad document among three costs one more request and nothing else."""
    bad = {"referenceId": "d1l1", "errors": failed("FIELD_INTEGRITY_EXCEPTION", ["Quantity"])["errors"]}
    one, port = orders(
        answer(tree(bad, errors=True), status="400 Bad Request"),
        answer(tree(*created(0), *created(2), errors=False), status="201 Created"),
        *[answer(b"{}", status="500 Internal Server Error")] * 4,
        describes=2,
    )
    written = port.write(order, [document(0), document(1), document(2)])
    second = json.loads([body for head, body in one.requests if "/tree/" in head][1])

    assert outcomes(written) == [Outcome.APPLIED, Outcome.REFUSED, Outcome.APPLIED]
    assert [line.id for line in written.receipts[2].lines] == [an_id("d2l0"), an_id("d2l1")]
    assert written.receipts[1].problem.property == "lines.1.Quantity"
    assert [d["attributes"]["referenceId"] for d in second["records"]] == ["d0", "d2"]


def test_locked_documents_are_left_for_later(orders, order, answer):
    """A document that met a lock was not created and is not refused."""
    busy = {"referenceId": "d0", "errors": failed("UNABLE_TO_LOCK_ROW")["errors"]}
    _, port = orders(
        answer(tree(busy, errors=True), status="400 Bad Request"),
        answer(json.dumps({"compositeResponse": []}).encode()),
        describes=2,
    )

    assert outcomes(port.write(order, [document(0)])) == [Outcome.NOT_APPLIED]


@pytest.mark.parametrize(
    "case",
    [
        (b'{"hasErrors":true,"results":[]}', "400 Bad Request", Outcome.REFUSED),
        (b'[{"errorCode":"INVALID_FIELD","message":"m"}]', "400 Bad Request", Outcome.REFUSED),
        (b"{}", "500 Internal Server Error", Outcome.AMBIGUOUS),
        (b"{}", "201 Created", Outcome.AMBIGUOUS),
        (tree(*created(0, lines=1), errors=False), "201 Created", Outcome.APPLIED),
    ],
)
def test_every_answer_to_a_tree_is_judged(orders, order, answer, case):
    """Documents and their lines all get receipts, whatever came back."""
    body, status, expected = case
    late = [answer(b"{}", status="500 Internal Server Error")] * 4
    _, port = orders(answer(body, status=status), *late, describes=2)
    written = port.write(order, [document(0)])

    assert outcomes(written) == [expected]
    assert len(written.receipts[0].lines) == 2


def test_document_with_too_many_lines_is_refused_here(orders, order):
    """A tree holds 200 records; a longer document is told so and not sent in parts."""
    one, port = orders(describes=2)
    written = port.write(order, [document(0, lines=200)])

    assert outcomes(written) == [Outcome.REFUSED]
    assert "199 lines" in written.receipts[0].problem.message
    assert not [head for head, _ in one.requests if "/tree/" in head]
