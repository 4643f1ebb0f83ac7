import pytest

KEY = "ERP_External_Id__c"


def contact(**fields):
    return {"attributes": {"type": "Contact"}, **fields}


def test_each_record_has_a_result_of_its_own_in_order(org):
    """Always 200; refusals carry statusCode, message and fields."""
    records = [contact(LastName="A"), contact(FirstName="B"), contact(LastName="C", Nope=1)]
    answer = org.call("POST", "composite/sobjects", {"allOrNone": False, "records": records})
    good, missing, unknown = answer.json()

    assert answer.status_code == 200
    assert good == {"id": good["id"], "success": True, "errors": []}
    assert missing == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [LastName]",
                "fields": ["LastName"],
            }
        ],
    }
    assert unknown["errors"] == [
        {"statusCode": "INVALID_FIELD", "message": "No such column 'Nope' on sobject of type Contact", "fields": []}
    ]
    assert len(org.query("SELECT Id FROM Contact")) == 1


def test_all_or_none_takes_the_good_ones_back(org):
    """They say why, and nothing is stored."""
    records = [contact(LastName="A"), contact(FirstName="B")]
    good, bad = org.call("POST", "composite/sobjects", {"allOrNone": True, "records": records}).json()

    assert good["errors"] == [
        {
            "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
            "message": "Record rolled back because not all records were valid and the request was using "
            "AllOrNone header",
            "fields": [],
        }
    ]
    assert bad["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert org.query("SELECT Id FROM Contact") == []


def test_changes_need_an_id_of_an_existing_row(org):
    """Missing, malformed, unknown, deleted: one result each."""
    kept, gone = org.create("Contact", LastName="A"), org.create("Contact", LastName="B")
    org.call("DELETE", f"sobjects/Contact/{gone}")
    records = [
        contact(id=kept, LastName="Changed"),
        contact(LastName="X"),
        contact(Id="nonsense", LastName="X"),
        contact(Id="003Hp0000000999", LastName="X"),
        contact(Id=gone, LastName="X"),
    ]
    first, *rest = org.call("PATCH", "composite/sobjects", {"records": records}).json()

    assert first == {"id": kept, "success": True, "errors": []}
    assert [result["errors"][0]["statusCode"] for result in rest] == [
        "MISSING_ARGUMENT",
        "MALFORMED_ID",
        "INVALID_CROSS_REFERENCE_KEY",
        "ENTITY_IS_DELETED",
    ]
    assert rest[0]["errors"][0]["message"] == "Id not specified in an update call"
    assert org.read("Contact", kept)["LastName"] == "Changed"


def test_lines_in_one_call_total_their_order_once_and_right(org, shop):
    """However many lines a call changes, the order's amount is their sum."""
    order = shop.order()
    line = {"attributes": {"type": "OrderItem"}, "OrderId": order, "PricebookEntryId": shop.entry, "UnitPrice": 1.01}
    records = [line | {"Quantity": number} for number in range(1, 101)]
    org.call("POST", "composite/sobjects", {"records": records})

    assert org.read("Order", order)["TotalAmount"] == 5100.5


def test_rows_are_deleted_by_ids_in_the_address(org):
    """With a result each; with allOrNone none if one fails."""
    ids = [org.create("Contact", LastName=name) for name in "AB"]
    some = [*ids, "003Hp0000000999"]
    rolled = org.call("DELETE", "composite/sobjects", params={"ids": ",".join(some), "allOrNone": "true"}).json()
    assert [result["success"] for result in rolled] == [False, False, False]
    assert len(org.query("SELECT Id FROM Contact")) == 2
    results = org.call("DELETE", "composite/sobjects", params={"ids": ",".join(some)}).json()

    assert [result["success"] for result in results] == [True, True, False]
    assert results[2]["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
    assert org.query("SELECT Id FROM Contact") == []


class TestUpsertByKey:
    PATH = f"composite/sobjects/Contact/{KEY}"

    def test_says_of_each_record_whether_it_was_created(self, org):
        """Known keys are changed, new ones created."""
        known = org.create("Contact", LastName="A", **{KEY: "k1"})
        records = [contact(LastName="B", **{KEY: "K1"}), contact(LastName="C", **{KEY: "k2"})]
        first, second = org.call("PATCH", self.PATH, {"records": records}).json()

        assert first == {"id": known, "success": True, "errors": [], "created": False}
        assert (second["success"], second["created"]) == (True, True)
        assert org.read("Contact", known)["LastName"] == "B"

    def test_same_key_twice_is_refused_for_both(self, org):
        """Which of them should win is not guessed."""
        records = [contact(LastName="A", **{KEY: "k"}), contact(LastName="B", **{KEY: "K"})]
        results = org.call("PATCH", self.PATH, {"records": records}).json()

        assert [result["errors"][0]["statusCode"] for result in results] == ["DUPLICATE_VALUE", "DUPLICATE_VALUE"]
        assert org.query("SELECT Id FROM Contact") == []

    def test_record_without_a_key_is_refused(self, org):
        """Unless the key is Id: then it is created."""
        (refused,) = org.call("PATCH", self.PATH, {"records": [contact(LastName="A")]}).json()
        (created,) = org.call(
            "PATCH", "composite/sobjects/Contact/Id", {"records": [contact(LastName="A", id=None)]}
        ).json()

        assert refused["errors"][0]["statusCode"] == "MISSING_ARGUMENT"
        assert created["created"] is True

    def test_field_that_names_nothing_is_404(self, org):
        """The whole call."""
        refusal = org.refused("PATCH", "composite/sobjects/Contact/Phone", {"records": [contact(LastName="A")]})

        assert refusal[:2] == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "body", "params", "code", "message"),
    [
        ("POST", {"records": []}, {}, "REQUIRED_FIELD_MISSING", "At least 1 record is required"),
        ("DELETE", None, {"ids": ""}, "REQUIRED_FIELD_MISSING", "At least 1 record is required"),
        (
            "POST",
            {"records": [contact(LastName="A")] * 201},
            {},
            "EXCEEDED_ID_LIMIT",
            "record limit reached. cannot submit more than 200 records into this call",
        ),
        (
            "POST",
            {"records": [contact(LastName="A"), {"attributes": {"type": "Account"}, "Name": "A"}] * 6},
            {},
            "LIMIT_EXCEEDED",
            "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking.",
        ),
    ],
)
def test_calls_out_of_bounds_are_refused_whole(org, method, body, *, params, code, message):
    """None, more than 200, more than ten changes of type."""
    assert org.refused(method, "composite/sobjects", body, params=params) == (400, code, message)


def test_unreadable_value_refuses_the_whole_call(org):
    """The JSON layer comes before the records."""
    records = [contact(LastName="A"), contact(LastName="B", Birthdate="yesterday")]

    assert org.refused("POST", "composite/sobjects", {"records": records})[1] == "JSON_PARSER_ERROR"
    assert org.query("SELECT Id FROM Contact") == []


def test_rows_are_read_by_ids_with_null_for_a_missing_one(org):
    """POST with a body or GET with parameters; deleted rows are missing."""
    kept, gone = org.create("Contact", LastName="A"), org.create("Contact", LastName="B")
    org.call("DELETE", f"sobjects/Contact/{gone}")
    ids = [kept[:15], "003Hp0000000999", gone]
    by_post = org.call("POST", "composite/sobjects/Contact", {"ids": ids, "fields": ["LastName"]}).json()
    by_get = org.call("GET", "composite/sobjects/Contact", params={"ids": ",".join(ids), "fields": "LastName"}).json()

    assert by_post == by_get
    assert [row and (row["Id"], row["LastName"]) for row in by_post] == [(kept, "A"), None, None]
    refusal = org.refused("POST", "composite/sobjects/Contact", {"ids": ids, "fields": ["Nope"]})
    assert refusal[1] == "INVALID_FIELD"
