"""What becomes of Customerp writes, whatever it answers."""

import pytest

from talk_assets.model.changes import Op, Outcome

LISTING = b'{"items":[],"next":null,"asOf":"2024-09-10T14:20:17Z"}'


def paths(one):
    return [head.split(" ")[1].partition("?") for head, _ in one.requests]


@pytest.mark.parametrize(
    "case",
    [
        (b"{}", {"status": "500 Internal Server Error"}, Outcome.AMBIGUOUS),
        (b"<p>", {"status": "503 Service Unavailable", "media_type": "text/html"}, Outcome.AMBIGUOUS),
        (b"<p>login", {"media_type": "text/html"}, Outcome.AMBIGUOUS),
        (b'{"results":[{"status":201}', {"length": 900}, Outcome.AMBIGUOUS),
        (b'{"results":[{"status":201}]}', {}, Outcome.AMBIGUOUS),
        (b'{"results":[{"status":201},{"status":201},{"status":201}]}', {}, Outcome.AMBIGUOUS),
        (b'{"results":[{},{"status":"201"}]}', {}, Outcome.AMBIGUOUS),
        (b'{"type":"urn:x:invalid","detail":"no"}', {"status": "422 Unprocessable Content"}, Outcome.REFUSED),
        (b"{}", {"status": "413 Content Too Large"}, Outcome.NOT_APPLIED),
        (b'{"results":[{"status":429},{"status":429}]}', {}, Outcome.NOT_APPLIED),
        (b'{"results":[{"status":500},{"status":500}]}', {}, Outcome.AMBIGUOUS),
        (b'{"results":[{"status":403},{"status":422}]}', {}, Outcome.REFUSED),
    ],
)
def test_every_answer_to_a_batch_is_judged(scripted, customerp, answer, case):
    """No answer raises for its records, and none is sent a second time."""
    body, facts, expected = case
    one, port = scripted(customerp.entities, answer(body, **facts), answer(LISTING))
    written = port.write(customerp.entities["contact"], [customerp.contact("k1"), customerp.contact("k2")])

    assert [receipt.outcome for receipt in written.receipts] == [expected] * 2
    assert len([path for path, _, _ in paths(one) if path.endswith("/batch")]) == 1


def test_value_of_another_kind_is_refused_here(customerp):
    """A write that cannot be right is refused alone; the rest of its batch goes on."""
    odd = customerp.write("contact", Op.CREATE, {"last": "B", "opted_out": "perhaps"}, key="k1")
    written = customerp.send(odd, customerp.contact("k2"))

    assert [receipt.outcome for receipt in written.receipts] == [Outcome.REFUSED, Outcome.APPLIED]
    assert written.receipts[0].problem.code == "INVALID_VALUE"


def test_create_that_was_answered_is_answered_again(customerp):
    """The same intent sent twice gives the same record, through the idempotency key."""
    create = customerp.contact("k1")
    first, again = customerp.send(create), customerp.send(create)

    assert first.receipts == again.receipts
    assert len(customerp.fetch("contact")[0]) == 2


def test_refusal_names_the_property_by_path(customerp):
    """A pointer into the body becomes the property's path."""
    written = customerp.send(customerp.write("contact", Op.CREATE, {"last": "B", "city": "x" * 65}, key="k1"))

    assert written.receipts[0].problem.property == "address.city"


def test_prices_arrive_digit_by_digit(customerp):
    """A price of eighteen digits goes out and comes back without a float on the way."""
    price = "12345678901234.5678"
    written = customerp.send(
        customerp.write("product", Op.CREATE, {"number": "X", "name": "X", "listPrice": price}, key="k1")
    )

    assert written.stored.frames["product"]["listPrice"].to_list() == [price]
