import pytest


def record(kind, reference, **fields):
    return {"attributes": {"type": kind, "referenceId": reference}, **fields}


def order(shop, reference, *items, **fields):
    given = {"AccountId": shop.account, "EffectiveDate": "2026-03-01", "Status": "Draft", "Pricebook2Id": shop.book}
    return record("Order", reference, **(given | fields), OrderItems={"records": list(items)})


def item(shop, reference, **fields):
    given = {"PricebookEntryId": shop.entry, "Quantity": 2, "UnitPrice": 3}
    return record("OrderItem", reference, **(given | fields))


def test_order_comes_with_its_lines(org, shop):
    """One result a record, by reference id; the totals are there."""
    body = {"records": [order(shop, "o1", item(shop, "l1"), item(shop, "l2")), order(shop, "o2", item(shop, "l3"))]}
    answer = org.call("POST", "composite/tree/Order", body)

    assert (answer.status_code, answer.json()["hasErrors"]) == (201, False)
    assert [result["referenceId"] for result in answer.json()["results"]] == ["o1", "l1", "l2", "o2", "l3"]
    rows = org.query("SELECT TotalAmount, (SELECT Id FROM OrderItems) FROM Order ORDER BY Id")
    assert [(row["TotalAmount"], row["OrderItems"]["totalSize"]) for row in rows] == [(12.0, 2), (6.0, 1)]


def test_one_bad_record_keeps_all_from_being_stored(org, shop):
    """Only the refused ones are listed, with their errors."""
    body = {"records": [order(shop, "o1", item(shop, "l1")), order(shop, "o2", item(shop, "l2", Quantity=0))]}
    answer = org.call("POST", "composite/tree/Order", body)

    assert answer.status_code == 400
    assert answer.json() == {
        "hasErrors": True,
        "results": [
            {
                "referenceId": "l2",
                "errors": [
                    {
                        "statusCode": "FIELD_INTEGRITY_EXCEPTION",
                        "message": "Can't save order products with quantities of zero",
                        "fields": ["Quantity"],
                    }
                ],
            }
        ],
    }
    assert org.query("SELECT Id FROM Order") == []


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([], "REQUIRED_FIELD_MISSING"),
        ([{"Name": "A"}], "INVALID_INPUT"),
        ([record("Contact", "r1", LastName="A")], "INVALID_INPUT"),
        ([record("Account", "r1", Name="A"), record("Account", "r1", Name="B")], "INVALID_INPUT"),
        ([record("Account", "r1", Name="A", Nopes={"records": []})], "INVALID_FIELD"),
        ([record("Account", f"r{number}", Name="A") for number in range(201)], "EXCEEDED_ID_LIMIT"),
    ],
)
def test_malformed_trees_are_refused_whole(org, records, code):
    """Reference ids are needed and unique, types fit, at most 200 records."""
    assert org.refused("POST", "composite/tree/Account", {"records": records})[:2] == (400, code)


def test_three_levels_are_stored(org):
    """An account with a contact and a deal with a quote."""
    quotes = {"records": [record("Quote", "q", Name="Q")]}
    deal = record("Opportunity", "d", Name="D", StageName="Prospecting", CloseDate="2026-05-01", Quotes=quotes)
    contacts = {"records": [record("Contact", "c", LastName="K")]}
    account = record("Account", "a", Name="A", Contacts=contacts, Opportunities={"records": [deal]})
    assert org.call("POST", "composite/tree/Account", {"records": [account]}).status_code == 201

    assert org.query("SELECT Opportunity.Account.Name FROM Quote")[0]["Opportunity"]["Account"]["Name"] == "A"
