"""What queries find, and how their records look."""

# ruff: noqa: S608 - SOQL over HTTP, made of this test's own ids

import pytest

KEY = "ERP_External_Id__c"


@pytest.fixture
def people(org, clock):
    """Four contacts, two of them in one account, made a minute apart."""
    account = org.create("Account", Name="Müller & Söhne", Site="Bern", AnnualRevenue=1000)
    rows = [
        {
            "FirstName": "Ann",
            "LastName": "Keller",
            "AccountId": account,
            "Birthdate": "1980-05-01",
            "Email": "ann@x.example",
        },
        {"FirstName": "Bob", "LastName": "O'Hara", "AccountId": account, "HasOptedOutOfEmail": True},
        {"FirstName": "Cid", "LastName": "100%", "Title": "Boss"},
        {"FirstName": "Dan", "LastName": "1000", "Title": "boss"},
    ]
    for row in rows:
        org.create("Contact", **row)
        clock.move(minutes=1)
    return account


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("LastName = 'KELLER'", "Ann"),
        (r"LastName = 'O\'Hara'", "Bob"),
        ("LastName LIKE '%e%'", "Ann"),
        ("LastName LIKE 'K_ller'", "Ann"),
        (r"LastName LIKE '100\%'", "Cid"),
        ("LastName LIKE '100%'", "Cid Dan"),
        ("(NOT LastName LIKE '100%')", "Ann Bob"),
        ("NOT LastName LIKE '100%'", "Ann Bob"),
        ("Title != 'Boss'", "Ann Bob"),
        ("(NOT Title = 'Boss')", "Ann Bob"),
        ("Title = null", "Ann Bob"),
        ("Title = ''", "Ann Bob"),
        ("Title != null", "Cid Dan"),
        ("Title < null", ""),
        ("Title IN ('BOSS', 'x')", "Cid Dan"),
        ("Title IN (null)", "Ann Bob"),
        ("Title NOT IN ('boss')", "Ann Bob"),
        ("Title NOT IN ('x', null)", "Cid Dan"),
        ("HasOptedOutOfEmail = true", "Bob"),
        ("HasOptedOutOfEmail != TRUE", "Ann Cid Dan"),
        ("Birthdate = 1980-05-01", "Ann"),
        ("Birthdate < 1990-01-01", "Ann"),
        ("Birthdate = LAST_N_DAYS:30", ""),
        ("CreatedDate = TODAY", "Ann Bob Cid Dan"),
        ("CreatedDate < TODAY", ""),
        ("CreatedDate = THIS_MONTH AND CreatedDate != YESTERDAY", "Ann Bob Cid Dan"),
        ("CreatedDate > LAST_YEAR", "Ann Bob Cid Dan"),
        ("SystemModstamp > 2026-03-14T09:31:15Z", "Cid Dan"),
        ("SystemModstamp >= 2026-03-14T09:31:15.000Z", "Bob Cid Dan"),
        ("SystemModstamp > 2026-03-14T09:31:14.999999Z", "Bob Cid Dan"),
        ("SystemModstamp <= 2026-03-14T10:31:15+01:00", "Ann Bob"),
        ("SystemModstamp = 2026-03-14T09:31:15.000+0000", "Bob"),
        ("Account.Name = 'Müller & Söhne'", "Ann Bob"),
        ("Account.Name = 'MÜLLER & SÖHNE'", "Ann Bob"),
        ("Account.Name LIKE 'mÜll_r%'", "Ann Bob"),
        ("Account.AnnualRevenue > 999.99", "Ann Bob"),
        ("Account.AnnualRevenue = 1000.5", ""),
        ("Account.Owner.Alias = 'intuser' AND Title = null", "Ann Bob"),
        ("Account.Name = null", "Cid Dan"),
        ("Account.AnnualRevenue < 99999999999999999999999", "Ann Bob"),
        ("Birthdate = LAST_N_DAYS:99999", "Ann"),
        ("AccountId IN (SELECT Id FROM Account WHERE Site = 'bern')", "Ann Bob"),
        ("Id NOT IN (SELECT BillToContactId FROM Order)", "Ann Bob Cid Dan"),
        ("(LastName = 'Keller' OR Title = 'Boss') AND Birthdate = null", "Cid Dan"),
        ("LastName = 'Keller' OR (Title = 'Boss' AND FirstName = 'Dan')", "Ann Dan"),
        ("Contact.LastName = 'Keller'", "Ann"),
    ],
)
def test_conditions_find_the_right_rows(org, condition, found):
    """Text compares without case, a null never equals, and negation takes nulls in."""
    rows = org.query(f"SELECT FirstName FROM Contact WHERE {condition} ORDER BY FirstName")

    assert " ".join(row["FirstName"] for row in rows) == found


@pytest.mark.usefixtures("people")
def test_ids_are_compared_in_either_length(org):
    """Equal, in a list, and by order for a keyset."""
    ids = [row["Id"] for row in org.query("SELECT Id FROM Contact ORDER BY Id")]

    assert len(org.query(f"SELECT Id FROM Contact WHERE Id = '{ids[0][:15]}'")) == 1
    assert len(org.query(f"SELECT Id FROM Contact WHERE Id IN ('{ids[0][:15]}', '{ids[1]}')")) == 2
    assert [row["Id"] for row in org.query(f"SELECT Id FROM Contact WHERE Id > '{ids[1]}' ORDER BY Id")] == ids[2:]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("Title, Id", "Ann Bob Cid Dan"),
        ("Title NULLS LAST, Id", "Cid Dan Ann Bob"),
        ("Title DESC, Id", "Ann Bob Cid Dan"),
        ("Title DESC NULLS LAST, Id DESC", "Dan Cid Bob Ann"),
        ("SystemModstamp DESC, Id", "Dan Cid Bob Ann"),
        ("Account.Name NULLS LAST, FirstName DESC", "Bob Ann Dan Cid"),
        ("LastName", "Cid Dan Ann Bob"),
    ],
)
def test_order_puts_nulls_first_unless_told(org, order, found):
    """In both directions."""
    rows = org.query(f"SELECT FirstName FROM Contact ORDER BY {order}")

    assert " ".join(row["FirstName"] for row in rows) == found


@pytest.mark.usefixtures("people")
def test_limit_and_offset_cut_the_result(org):
    """And totalSize is the size of the cut."""
    answer = org.call("GET", "query", params={"q": "SELECT FirstName FROM Contact ORDER BY Id LIMIT 2 OFFSET 1"}).json()

    assert (answer["totalSize"], [row["FirstName"] for row in answer["records"]]) == (2, ["Bob", "Cid"])


@pytest.mark.usefixtures("people")
def test_count_has_no_records(org):
    """COUNT() is the size alone."""
    answer = org.call("GET", "query", params={"q": "SELECT COUNT() FROM Contact WHERE Title = null"}).json()

    assert answer == {"totalSize": 2, "done": True, "records": []}


def test_aggregates_come_under_their_names(org, people):
    """Unnamed ones are expr0 and so on; grouped fields keep their name."""
    (row,) = org.query("SELECT COUNT(Id), MAX(SystemModstamp) latest, SUM(AnnualRevenue) FROM Account")
    groups = org.query("SELECT AccountId, COUNT(Id) n FROM Contact GROUP BY AccountId ORDER BY COUNT(Id), AccountId")

    assert row == {
        "attributes": {"type": "AggregateResult"},
        "expr0": 1,
        "latest": "2026-03-14T09:30:15.000+0000",
        "expr1": 1000.0,
    }
    assert [(group["AccountId"], group["n"]) for group in groups] == [(None, 2), (people, 2)]


def test_records_follow_the_select_with_parents_nested(org, people):
    """Keys in the order asked, in the platform's spelling; a missing parent is null."""
    rows = org.query("SELECT lastname, account.name, AccountId, Account.Owner.Alias FROM Contact ORDER BY Id")

    assert list(rows[0]) == ["attributes", "LastName", "Account", "AccountId"]
    assert rows[0]["Account"]["attributes"] == {
        "type": "Account",
        "url": f"/services/data/v62.0/sobjects/Account/{people}",
    }
    assert (rows[0]["Account"]["Name"], rows[0]["Account"]["Owner"]["Alias"]) == ("Müller & Söhne", "intuser")
    assert rows[2]["Account"] is None


@pytest.mark.usefixtures("people")
def test_values_have_their_json_types(org):
    """Booleans, floats, dates as text, compound addresses as objects."""
    org.create("Account", Name="Typed", NumberOfEmployees=5, BillingCity="Bern")
    (row,) = org.query(
        "SELECT NumberOfEmployees, AnnualRevenue, IsDeleted, BillingAddress FROM Account WHERE Name = 'Typed'"
    )

    assert (row["NumberOfEmployees"], row["AnnualRevenue"], row["IsDeleted"]) == (5, None, False)
    assert row["BillingAddress"]["city"] == "Bern"


@pytest.mark.usefixtures("people")
def test_children_come_nested_and_none_is_null(org):
    """With conditions, order and a limit of their own."""
    org.create("Account", Name="Empty")
    first, second = org.query(
        "SELECT Name, "
        "(SELECT FirstName, Account.Site FROM Contacts WHERE LastName != 'x' ORDER BY FirstName DESC LIMIT 1) "
        "FROM Account ORDER BY Name DESC"
    )

    assert list(first) == ["attributes", "Name", "Contacts"]
    assert (first["Contacts"]["totalSize"], first["Contacts"]["done"]) == (1, True)
    (child,) = first["Contacts"]["records"]
    assert (child["FirstName"], child["Account"]["Site"]) == ("Bob", "Bern")
    assert second["Contacts"] is None


@pytest.mark.usefixtures("people")
def test_deleted_children_show_only_in_query_all(org):
    """As deleted rows everywhere."""
    (bob,) = org.query("SELECT Id FROM Contact WHERE FirstName = 'Bob'")
    org.call("DELETE", f"sobjects/Contact/{bob['Id']}")
    soql = "SELECT (SELECT Id FROM Contacts) FROM Account"

    assert org.query(soql)[0]["Contacts"]["totalSize"] == 1
    assert org.query(soql, bin_too=True)[0]["Contacts"]["totalSize"] == 2


@pytest.mark.usefixtures("people")
def test_text_that_looks_like_sql_is_only_text(org):
    """Values are parameters, never part of a statement."""
    hostile = r"x\' OR 1=1; DROP TABLE Contact; --"

    assert org.query(f"SELECT Id FROM Contact WHERE LastName = '{hostile}'") == []
    assert len(org.query("SELECT Id FROM Contact")) == 4


def test_five_levels_of_parents_are_walked(org, shop):
    """From a line to the name of the account's owner."""
    shop.quote_line(shop.quote())
    (row,) = org.query("SELECT Quote.Opportunity.Account.Owner.CreatedBy.Alias FROM QuoteLineItem")

    assert row["Quote"]["Opportunity"]["Account"]["Owner"]["CreatedBy"]["Alias"] == "intuser"
