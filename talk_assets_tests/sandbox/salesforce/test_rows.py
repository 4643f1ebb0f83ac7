import pytest

KEY = "ERP_External_Id__c"


def test_new_row_gets_id_owner_stamps_and_defaults(org):
    """Text is trimmed, empty text is null, stamps have whole seconds, ids are 18 characters."""
    answer = org.call("POST", "sobjects/Contact", {"LastName": "  Keller ", "FirstName": "  ", "Title": ""})
    body = answer.json()
    row = org.read("Contact", body["id"])

    assert (answer.status_code, body) == (201, {"id": row["Id"], "success": True, "errors": []})
    assert answer.headers["Location"] == f"/services/data/v62.0/sobjects/Contact/{row['Id']}"
    assert row["attributes"] == {"type": "Contact", "url": f"/services/data/v62.0/sobjects/Contact/{row['Id']}"}
    assert len(row["Id"]) == 18
    assert (row["LastName"], row["FirstName"], row["Title"], row["Name"]) == ("Keller", None, None, "Keller")
    assert (row["HasOptedOutOfEmail"], row["IsDeleted"]) == (False, False)
    assert row["CreatedDate"] == row["LastModifiedDate"] == row["SystemModstamp"] == "2026-03-14T09:30:15.000+0000"
    assert row["OwnerId"] == row["CreatedById"] == org.query("SELECT Id FROM User WHERE Alias = 'intuser'")[0]["Id"]


def test_field_names_and_ids_are_accepted_in_any_case_and_length(org):
    """Bodies name fields in any case; 15 characters of an id are enough."""
    account = org.create("Account", NAME="Acme")
    contact = org.create("Contact", lastname="Keller", AccountID=account[:15])

    assert org.read("Contact", contact[:15])["AccountId"] == account


def test_read_limits_itself_to_the_named_fields(org):
    """Id comes along."""
    account = org.create("Account", Name="Acme", Site="Bern")
    row = org.call("GET", f"sobjects/Account/{account}", params={"fields": "name,Site"}).json()

    assert list(row) == ["attributes", "Name", "Site", "Id"]


def test_compound_address_is_read_whole_and_null_when_empty(org):
    """MailingAddress is an object of its parts; OtherAddress, of which nothing is known, is null."""
    row = org.read("Contact", org.create("Contact", LastName="Keller", MailingCity="Bern", MailingLatitude=46.948))

    assert row["MailingAddress"]["city"] == "Bern"
    assert row["MailingAddress"]["latitude"] == 46.948
    assert row["MailingAddress"]["street"] is None
    assert row["OtherAddress"] is None


def test_change_moves_the_stamps_even_when_nothing_differs(org, clock):
    """204 without a body; null clears; a re-sent value moves SystemModstamp."""
    contact = org.create("Contact", LastName="Keller", Title="Boss")
    clock.move(seconds=90)
    answer = org.call("PATCH", f"sobjects/Contact/{contact}", {"LastName": "Keller", "Title": None})
    row = org.read("Contact", contact)

    assert (answer.status_code, answer.content) == (204, b"")
    assert row["Title"] is None
    assert row["SystemModstamp"] == row["LastModifiedDate"] == "2026-03-14T09:31:45.000+0000"
    assert row["CreatedDate"] == "2026-03-14T09:30:15.000+0000"


def test_look_up_may_be_given_by_the_parents_key(org):
    """A relation with an external id in place of an id."""
    account = org.create("Account", Name="Acme", **{KEY: "A-1"})
    contact = org.create("Contact", LastName="Keller", Account={KEY: "a-1"})

    assert org.read("Contact", contact)["AccountId"] == account
    refusal = org.refused("POST", "sobjects/Contact", {"LastName": "K", "Account": {KEY: "A-2"}})
    assert refusal == (
        400,
        "INVALID_FIELD",
        f"Foreign key external ID: A-2 not found for field {KEY} in entity Account",
    )


@pytest.mark.parametrize(
    ("name", "body", "code", "message"),
    [
        ("Contact", {"Nope": 1}, "INVALID_FIELD", "No such column 'Nope' on sobject of type Contact"),
        (
            "Contact",
            {"LastName": "K", "SystemModstamp": "2026-01-01T00:00:00Z", "Name": "K"},
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: SystemModstamp, Name. Please check the security settings of this field "
            "and verify that it is read/write for your profile or permission set.",
        ),
        ("Contact", {"Id": "x"}, "INVALID_FIELD", "The Id field should not be specified in the sobject data."),
        ("Contact", {"FirstName": "A"}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
        ("Opportunity", {}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Name, StageName, CloseDate]"),
        ("Contact", {"LastName": " "}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
        (
            "Contact",
            {"LastName": "x" * 81},
            "STRING_TOO_LONG",
            f"Last Name: data value too large: {'x' * 81} (max length=80)",
        ),
        (
            "Contact",
            {"LastName": "K", "Email": "nope"},
            "INVALID_EMAIL_ADDRESS",
            "Email: invalid email address: nope",
        ),
        (
            "Order",
            {"Status": "Gone"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "Status: bad value for restricted picklist field: Gone",
        ),
        (
            "Account",
            {"Name": "A", "NumberOfEmployees": 123456789},
            "NUMBER_OUTSIDE_VALID_RANGE",
            "Employees: value outside of valid range on numeric field: 123456789",
        ),
        (
            "Contact",
            {"LastName": "K", "AccountId": "003Hp0000000001"},
            "MALFORMED_ID",
            "Account ID: id value of incorrect type: 003Hp0000000001",
        ),
        (
            "Contact",
            {"LastName": "K", "AccountId": "001Hp0000000999"},
            "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
            "insufficient access rights on cross-reference id: 001Hp0000000999",
        ),
        (
            "Contact",
            {"LastName": "K", "HasOptedOutOfEmail": None},
            "INVALID_TYPE_ON_FIELD_IN_RECORD",
            "Email Opt Out: value not of required type: null",
        ),
        ("Organization", {"Name": "O"}, "INVALID_TYPE_FOR_OPERATION", "entity type cannot be inserted: Organization"),
    ],
)
def test_bad_rows_are_refused_in_the_words_of_the_api(org, name, body, code, message):
    """Nothing is stored, and the message says what and where."""
    assert org.refused("POST", f"sobjects/{name}", body) == (400, code, message)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"Nope": 1}, None),
        ({"FirstName": "A"}, ["LastName"]),
        ({"LastName": "K", "IsDeleted": True}, ["IsDeleted"]),
        ({"LastName": "K", "Email": "nope"}, ["Email"]),
        ({"LastName": "K", "AccountId": "001Hp0000000999"}, []),
    ],
)
def test_errors_name_their_fields_where_salesforce_does(org, body, fields):
    """An unknown column has no `fields` key at all."""
    (error,) = org.call("POST", "sobjects/Contact", body).json()

    assert error.get("fields") == fields


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"Nope": 1, "Name": "x", "Email": "nope", "FirstName": "A"}, "INVALID_FIELD"),
        ({"Name": "x", "Email": "nope", "FirstName": "A"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"Email": "nope", "FirstName": "A"}, "INVALID_EMAIL_ADDRESS"),
        ({KEY: "taken", "FirstName": "A"}, "REQUIRED_FIELD_MISSING"),
        ({KEY: "taken", "LastName": "A"}, "DUPLICATE_VALUE"),
    ],
)
def test_checks_come_in_the_order_of_the_platform(org, body, code):
    """Unknown column, read-only column, value, required, unique."""
    org.create("Contact", LastName="First", **{KEY: "Taken"})

    assert org.refused("POST", "sobjects/Contact", body)[1] == code


@pytest.mark.parametrize(
    ("given", "stored"),
    [(12.345, 12.35), ("12.5", 12.5), (-0.005, -0.01), (9_999_999_999_999_999, 1e16), (7, 7.0)],
)
def test_money_keeps_two_digits_rounded_half_up(org, given, stored):
    """Numbers may come as text; the exact decimal is rounded, not its float."""
    deal = org.create("Opportunity", Name="D", StageName="Prospecting", CloseDate="2026-01-01", Amount=given)

    assert org.read("Opportunity", deal)["Amount"] == stored


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [("CloseDate", "yesterday", "date"), ("CloseDate", "2026-02-30", "date"), ("Amount", "much", "currency")],
)
def test_value_that_cannot_be_read_is_a_parser_error_at_its_place(org, field, value, kind):
    """The JSON layer refuses it, with line and column."""
    body = f'{{"Name": "D",\n "{field}": "{value}"}}'.encode()
    headers = {"Content-Type": "application/json"}
    status, code, message = org.refused("POST", "sobjects/Opportunity", content=body, headers=headers)

    assert (status, code) == (400, "JSON_PARSER_ERROR")
    assert message == (
        f"Cannot deserialize instance of {kind} from VALUE_STRING value {value} or request may be missing a required "
        f"field at [line:2, column:{len(field) + 7}]"
    )


def test_key_is_unique_whatever_its_case_and_free_again_after_delete(org):
    """The message carries the other row's id in 15 characters."""
    first = org.create("Contact", LastName="First", **{KEY: "Key-1"})
    refusal = org.refused("POST", "sobjects/Contact", {"LastName": "Second", KEY: "KEY-1"})
    assert refusal == (
        400,
        "DUPLICATE_VALUE",
        f"duplicate value found: {KEY} duplicates value on record with id: {first[:15]}",
    )
    org.call("DELETE", f"sobjects/Contact/{first}")

    assert org.create("Contact", LastName="Second", **{KEY: "KEY-1"})


def test_row_that_never_was_is_not_found_or_no_cross_reference(org):
    """Reading says not found, writing says invalid cross reference id; a malformed id names itself."""
    path = "sobjects/Contact/003Hp0000000999"

    assert org.refused("GET", path)[:2] == (404, "NOT_FOUND")
    for method, body in (("PATCH", {"LastName": "K"}), ("DELETE", None)):
        assert org.refused(method, path, body) == (404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    assert org.refused("GET", "sobjects/Contact/23foo") == (
        404,
        "NOT_FOUND",
        "Provided external ID field does not exist or is not accessible: 23foo",
    )


class TestUpsert:
    def test_creates_then_updates(self, org):
        """201 with created true, then 200 with created false, whatever the case of the key."""
        first = org.call("PATCH", f"sobjects/Contact/{KEY}/k%2F1 x", {"LastName": "Keller"})
        second = org.call("PATCH", f"sobjects/Contact/{KEY}/K%2F1 X", {"LastName": "Kunz"})

        assert (first.status_code, first.json()["created"]) == (201, True)
        assert (second.status_code, second.json()) == (200, first.json() | {"created": False})
        row = org.call("GET", f"sobjects/Contact/{KEY}/k%2F1 x").json()
        assert (row["LastName"], row[KEY]) == ("Kunz", "k/1 x")

    def test_old_versions_answer_an_update_without_a_body(self, org):
        """Before v46 an update was 204."""
        org.create("Contact", LastName="Keller", **{KEY: "k1"})
        answer = org.http.patch(f"/services/data/v45.0/sobjects/Contact/{KEY}/k1", json={"LastName": "Kunz"})

        assert (answer.status_code, answer.content) == (204, b"")

    def test_several_matches_are_300_and_nothing_is_written(self, org):
        """The answer lists the rows; an id look-up field need not be unique."""
        ids = [org.create("Contact", LastName=name, Email="same@example.com") for name in ("A", "B")]
        answer = org.call("PATCH", "sobjects/Contact/Email/same@example.com", {"LastName": "C"})

        assert answer.status_code == 300
        assert answer.json() == [f"/services/data/v62.0/sobjects/Contact/{record_id}" for record_id in ids]
        assert [row["LastName"] for row in org.query("SELECT LastName FROM Contact ORDER BY Id")] == ["A", "B"]

    def test_field_that_names_nothing_is_404(self, org):
        """Only external ids and id look-ups name rows."""
        message = "Provided external ID field does not exist or is not accessible: Phone"

        assert org.refused("PATCH", "sobjects/Contact/Phone/1", {"LastName": "K"}) == (404, "NOT_FOUND", message)

    def test_key_is_not_repeated_in_the_body(self, org):
        """It stands in the URL."""
        message = f"The {KEY} field should not be specified in the sobject data."

        assert org.refused("PATCH", f"sobjects/Contact/{KEY}/k1", {KEY: "k1"}) == (400, "INVALID_FIELD", message)

    def test_update_only_does_not_create(self, org):
        """A parameter forces one behaviour."""
        path = f"sobjects/Contact/{KEY}/k1"

        assert org.refused("PATCH", path, {"LastName": "K"}, params={"updateOnly": "true"})[:2] == (404, "NOT_FOUND")

    def test_post_to_the_id_field_creates(self, org):
        """The upsert by Id without an id."""
        assert org.call("POST", "sobjects/Contact/Id", {"LastName": "K"}).status_code == 201

    def test_delete_by_key(self, org):
        """And then the key names nothing."""
        org.create("Contact", LastName="K", **{KEY: "k1"})

        assert org.call("DELETE", f"sobjects/Contact/{KEY}/k1").status_code == 204
        assert org.refused("GET", f"sobjects/Contact/{KEY}/k1")[:2] == (404, "NOT_FOUND")
