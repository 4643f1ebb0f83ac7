"""Batches: operations in order, each judged by itself."""

import pytest


def statuses(answer):
    assert answer.status_code == 200, answer.text
    return [result["status"] for result in answer.json()["results"]]


def create(**body):
    return {"op": "create", "resource": "contacts", "body": {"familyName": "Curie", **body}}


def test_a_refused_operation_does_not_stop_the_others(erp):
    """Results come by position; what is refused carries its problem."""
    answer = erp.batch(create(), create(familyName=""), create())
    results = answer.json()["results"]

    assert statuses(answer) == [201, 422, 201]
    assert results[1]["problem"]["errors"][0]["pointer"] == "/familyName"
    assert results[0]["etag"] == '"1"'
    assert results[0]["record"] == erp.get(f"/contacts/{results[0]['record']['id']}").json()
    assert len(erp.get("/contacts").json()["items"]) == 2


def test_operations_of_every_kind(erp):
    """Create, update, delete and undelete, with versions as entity tags or numbers."""
    one, two = erp.made("contacts")["id"], erp.made("contacts")["id"]
    answer = erp.batch(
        {"op": "update", "resource": "contacts", "id": one, "ifMatch": '"1"', "body": {"givenName": "A"}},
        {"op": "delete", "resource": "contacts", "id": two, "ifMatch": 1},
        {"op": "undelete", "resource": "contacts", "id": two},
        {"op": "update", "resource": "contacts", "id": one, "body": {}},
        {"op": "update", "resource": "contacts", "id": one, "ifMatch": 1, "body": {}},
        {"op": "delete", "resource": "contacts", "id": "C9", "ifMatch": 1},
    )

    assert statuses(answer) == [200, 204, 200, 428, 412, 404]


def test_lines_change_in_a_batch(erp):
    """Later operations on one document name the version the one before makes."""
    order = erp.made("orders", lines=[erp.line(), erp.line()])
    resource = f"orders/{order['id']}/lines"
    first, second = (line["id"] for line in order["lines"])
    answer = erp.batch(
        {"op": "create", "resource": resource, "ifMatch": 1, "body": erp.line(quantity=7)},
        {"op": "update", "resource": resource, "id": first, "ifMatch": 2, "body": {"quantity": 9}},
        {"op": "delete", "resource": resource, "id": second, "ifMatch": 3},
        {"op": "update", "resource": "orders", "id": order["id"], "ifMatch": 4, "body": {"reference": "R"}},
    )
    after = erp.get(f"/orders/{order['id']}").json()

    assert statuses(answer) == [201, 200, 204, 200]
    assert answer.json()["results"][0]["record"]["quantity"] == 7
    assert [line["quantity"] for line in after["lines"]] == [9, 7]
    assert (after["version"], after["netAmount"]) == (5, 160)


def test_what_one_operation_makes_the_next_can_use(erp):
    """An operation sees the records of those before it."""
    erp.made("products")
    answer = erp.batch(
        create(externalKey="K"),
        create(externalKey="K"),
        {"op": "create", "resource": "orders", "body": {"orderDate": "2026-01-01", "contactId": "C1000"}},
    )

    assert statuses(answer) == [201, 409, 201]
    assert answer.json()["results"][1]["problem"]["existingId"] == "C1000"


def test_operations_have_idempotency_keys(erp):
    """A batch sent again answers the same and writes nothing; also its updates, stale by then."""
    contact = erp.made("contacts")["id"]
    operations = (
        {**create(), "idempotencyKey": "b-1"},
        {
            "op": "update",
            "resource": "contacts",
            "id": contact,
            "ifMatch": 1,
            "idempotencyKey": "b-2",
            "body": {"givenName": "A"},
        },
    )
    first, second = erp.batch(*operations), erp.batch(*operations)
    other = erp.batch({**create(givenName="Other"), "idempotencyKey": "b-1"})

    assert second.json() == first.json()
    assert statuses(other) == [422]
    assert len(erp.get("/contacts").json()["items"]) == 2


@pytest.mark.parametrize(
    ("operation", "pointer"),
    [
        ({"op": "upsert"}, "/op"),
        ({"op": ["create"]}, "/op"),
        ({"resource": "invoices"}, "/resource"),
        ({"resource": "contacts/C1/lines"}, "/resource"),
        ({"resource": "orders/O1/rows"}, "/resource"),
        ({"resource": None}, "/resource"),
        ({"op": "update"}, "/id"),
        ({"op": "undelete", "resource": "orders/O1/lines", "id": "L1"}, "/op"),
        ({"colour": "blue"}, "/colour"),
        ({"ifMatch": 1.5}, "/ifMatch"),
        ({"idempotencyKey": 7}, "/idempotencyKey"),
        ({"body": None}, ""),
    ],
)
def test_an_unreadable_operation_is_refused_alone(erp, operation, pointer):
    """The pointer leads into the operation; its neighbours go on."""
    answer = erp.batch({**create(), **operation}, create())

    assert statuses(answer) == [422, 201]
    assert answer.json()["results"][0]["problem"]["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("body", [{"operations": []}, {"operations": [create()] * 501}, {}, [create()]])
def test_a_batch_has_1_to_500_operations(erp, body):
    """Anything else is refused as a whole."""
    answer = erp.post("/batch", body)

    assert answer.status_code == 422
    assert erp.get("/contacts").json()["items"] == []


def test_a_full_batch_is_taken(erp):
    """500 operations make 500 records, each with a stamp of its own."""
    answer = erp.batch(*[create(externalKey=str(number)) for number in range(500)])
    stamps = {result["record"]["updatedAt"] for result in answer.json()["results"]}

    assert statuses(answer) == [201] * 500
    assert len(stamps) == 500
