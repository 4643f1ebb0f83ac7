DATA = "/services/data/v62.0"


def part(reference, method, path, body=None):
    return {"referenceId": reference, "method": method, "url": f"{DATA}/{path}"} | ({"body": body} if body else {})


def run(org, *parts, all_or_none=False):
    answer = org.call("POST", "composite", {"allOrNone": all_or_none, "compositeRequest": list(parts)})
    assert answer.status_code == 200, answer.text
    return answer.json()["compositeResponse"]


def test_later_parts_use_what_earlier_ones_answered(org):
    """In bodies, in addresses, and from the records of a query."""
    answers = run(
        org,
        part("acc", "POST", "sobjects/Account", {"Name": "Acme"}),
        part("con", "POST", "sobjects/Contact", {"LastName": "K", "AccountId": "@{acc.id}"}),
        part("found", "GET", "query?q=SELECT+Id+FROM+Contact+WHERE+AccountId='@{acc.id}'"),
        part("read", "GET", "sobjects/Contact/@{found.records[0].Id}"),
    )

    assert [answer["httpStatusCode"] for answer in answers] == [201, 201, 200, 200]
    assert answers[0]["httpHeaders"]["Location"] == f"{DATA}/sobjects/Account/{answers[0]['body']['id']}"
    assert answers[3]["body"]["AccountId"] == answers[0]["body"]["id"]
    assert [answer["referenceId"] for answer in answers] == ["acc", "con", "found", "read"]


def test_failed_part_fails_those_that_refer_to_it_and_no_others(org):
    """The outer call is 200 all the same."""
    failed, dependent, free = run(
        org,
        part("acc", "POST", "sobjects/Account", {"Site": "no name"}),
        part("con", "POST", "sobjects/Contact", {"LastName": "K", "AccountId": "@{acc.id}"}),
        part("other", "POST", "sobjects/Contact", {"LastName": "L"}),
    )

    assert (failed["httpStatusCode"], failed["body"][0]["errorCode"]) == (400, "REQUIRED_FIELD_MISSING")
    assert dependent["httpStatusCode"] == 400
    assert dependent["body"] == [
        {
            "message": "Invalid reference specified. No value for acc.id found in acc",
            "errorCode": "PROCESSING_HALTED",
        }
    ]
    assert free["httpStatusCode"] == 201


def test_all_or_none_rolls_every_part_back(org):
    """The failed part keeps its own error."""
    good, bad = run(
        org,
        part("a", "POST", "sobjects/Account", {"Name": "Acme"}),
        part("b", "POST", "sobjects/Account", {"Nope": 1}),
        all_or_none=True,
    )

    assert good["httpStatusCode"] == 400
    assert good["body"] == [
        {
            "errorCode": "PROCESSING_HALTED",
            "message": "The transaction was rolled back since another operation in the same transaction failed.",
        }
    ]
    assert bad["body"][0]["errorCode"] == "INVALID_FIELD"
    assert org.query("SELECT Id FROM Account") == []


def test_order_is_made_whole_and_activated_in_one_call(org, shop):
    """Draft, lines by collection, then the activation, which sees the lines and their total."""
    line = {"attributes": {"type": "OrderItem"}, "PricebookEntryId": shop.entry, "Quantity": 2, "UnitPrice": 4}
    body = {"AccountId": shop.account, "EffectiveDate": "2026-03-01", "Status": "Draft", "Pricebook2Id": shop.book}
    answers = run(
        org,
        part("order", "POST", "sobjects/Order", body),
        part("lines", "POST", "composite/sobjects", {"records": [line | {"OrderId": "@{order.id}"}]}),
        part("activate", "PATCH", "sobjects/Order/@{order.id}", {"Status": "Activated"}),
        part("read", "GET", "sobjects/Order/@{order.id}?fields=Status,TotalAmount"),
        all_or_none=True,
    )

    assert [answer["httpStatusCode"] for answer in answers] == [201, 200, 204, 200]
    assert answers[2]["body"] is None
    assert (answers[3]["body"]["Status"], answers[3]["body"]["TotalAmount"]) == ("Activated", 8.0)


def test_unknown_object_or_path_fails_only_its_part(org):
    """404 in the part, 200 outside."""
    first, second = run(org, part("a", "GET", "sobjects/Nope"), part("b", "GET", "limits"))

    assert (first["httpStatusCode"], first["body"][0]["errorCode"]) == (404, "NOT_FOUND")
    assert second["httpStatusCode"] == 200


def test_composite_is_one_api_call(org):
    """Whatever its parts do."""
    before = org.call("GET", "limits").json()["DailyApiRequests"]["Remaining"]
    run(org, part("a", "GET", "limits"), part("b", "GET", "limits"))

    assert org.call("GET", "limits").json()["DailyApiRequests"]["Remaining"] == before - 2


def test_too_many_parts_are_refused(org):
    """At most 25, of which five queries or collections."""
    many = [part(f"r{number}", "GET", "limits") for number in range(26)]
    heavy = [part(f"r{number}", "GET", "query?q=SELECT+Id+FROM+User") for number in range(6)]

    assert org.refused("POST", "composite", {"compositeRequest": many})[1] == "LIMIT_EXCEEDED"
    assert org.refused("POST", "composite", {"compositeRequest": heavy})[1] == "LIMIT_EXCEEDED"
    twice = [part("same", "GET", "limits")] * 2
    assert org.refused("POST", "composite", {"compositeRequest": twice})[1] == "INVALID_INPUT"


def test_composite_within_a_composite_is_refused(org):
    """As a part, not as a whole."""
    (answer,) = run(org, part("a", "POST", "composite", {"compositeRequest": []}))

    assert answer["httpStatusCode"] == 400


def test_batch_parts_are_independent_until_told_to_halt(org):
    """With haltOnError the rest is 412."""
    parts = [
        {"method": "POST", "url": "v62.0/sobjects/Account", "richInput": {"Name": "A"}},
        {"method": "GET", "url": "v62.0/sobjects/Nope"},
        {"method": "GET", "url": "v62.0/limits"},
    ]
    going = org.call("POST", "composite/batch", {"batchRequests": parts}).json()
    halting = org.call("POST", "composite/batch", {"haltOnError": True, "batchRequests": parts}).json()

    assert going["hasErrors"] is True
    assert [result["statusCode"] for result in going["results"]] == [201, 404, 200]
    assert [result["statusCode"] for result in halting["results"]] == [201, 404, 412]
    assert halting["results"][2]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"
