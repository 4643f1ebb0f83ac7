# ruff: noqa: S608 - SOQL over HTTP, made of this test's own ids

import pytest


@pytest.fixture
def accounts(org):
    """450 accounts."""
    for start in (0, 200, 400):
        records = [
            {"attributes": {"type": "Account"}, "Name": f"A{number:03d}"}
            for number in range(start, min(start + 200, 450))
        ]
        org.call("POST", "composite/sobjects", {"records": records})


@pytest.mark.usefixtures("accounts")
def test_pages_follow_each_other_to_the_end(org):
    """Sizes hold for all pages, totalSize stays the full count, the last page has no next."""
    headers = {"Sforce-Query-Options": "batchSize=200"}
    first = org.call("GET", "query", params={"q": "SELECT Name FROM Account ORDER BY Name"}, headers=headers).json()
    second = org.http.get(first["nextRecordsUrl"]).json()
    third = org.http.get(second["nextRecordsUrl"]).json()

    assert first["nextRecordsUrl"].startswith("/services/data/v62.0/query/01g")
    assert first["nextRecordsUrl"].endswith("-200")
    assert [page["totalSize"] for page in (first, second, third)] == [450, 450, 450]
    assert [page["done"] for page in (first, second, third)] == [False, False, True]
    assert "nextRecordsUrl" not in third
    names = [row["Name"] for page in (first, second, third) for row in page["records"]]
    assert names == [f"A{number:03d}" for number in range(450)]


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(("wished", "served"), [("batchSize=50", 200), ("batchSize=300", 300), ("batchSize=9999", 450)])
def test_size_of_a_page_is_200_to_2000(org, wished, served):
    """Other wishes are moved into that range."""
    answer = org.call("GET", "query", params={"q": "SELECT Id FROM Account"}, headers={"Sforce-Query-Options": wished})

    assert len(answer.json()["records"]) == served


@pytest.mark.usefixtures("accounts")
def test_cursor_is_a_snapshot_of_what_was_found(org):
    """A row that comes later is not in later pages."""
    headers = {"Sforce-Query-Options": "batchSize=200"}
    page = org.call("GET", "queryAll", params={"q": "SELECT Id FROM Account"}, headers=headers).json()
    org.create("Account", Name="Later")
    total = len(page["records"])
    while not page["done"]:
        page = org.http.get(page["nextRecordsUrl"]).json()
        total += len(page["records"])

    assert total == 450


@pytest.mark.usefixtures("accounts")
def test_locator_may_be_asked_for_in_the_ways_clients_do(org):
    """By id under query or queryAll, or by the whole URL in place of a locator."""
    headers = {"Sforce-Query-Options": "batchSize=200"}
    url = org.call("GET", "query", params={"q": "SELECT Id FROM Account"}, headers=headers).json()["nextRecordsUrl"]
    locator = url.rpartition("/")[2]

    for path in (f"query/{locator}", f"queryAll/{locator}/", f"query/{url}"):
        assert len(org.call("GET", path).json()["records"]) == 200


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("locator", ["01gHp0000000999AAA-200", "nonsense", "01gHp0000000001IAA-99999"])
def test_bad_locator_is_refused(org, locator):
    """400 INVALID_QUERY_LOCATOR."""
    org.call("GET", "query", params={"q": "SELECT Id FROM Account"}, headers={"Sforce-Query-Options": "batchSize=200"})

    assert org.refused("GET", f"query/{locator}") == (400, "INVALID_QUERY_LOCATOR", "invalid query locator")


@pytest.mark.usefixtures("accounts")
def test_keyset_walks_rows_of_equal_stamps_without_gap_or_repeat(org):
    """By stamp and id, as a reader that resumes does."""
    seen, condition = [], ""
    while True:
        soql = f"SELECT Id, SystemModstamp FROM Account{condition} ORDER BY SystemModstamp, Id LIMIT 200"
        page = org.query(soql)
        if not page:
            break
        seen += [row["Id"] for row in page]
        stamp, last = page[-1]["SystemModstamp"].replace("+0000", "Z"), page[-1]["Id"]
        condition = f" WHERE SystemModstamp > {stamp} OR (SystemModstamp = {stamp} AND Id > '{last}')"

    assert len(seen) == len(set(seen)) == 450


def test_columns_are_told_without_rows(shop):
    """columns=true describes fields, relations, aggregates and child queries, as the Salesforce CLI asks for them."""
    soql = "SELECT c.Id, c.Account.Name, c.Account.Owner.Email, (SELECT Name FROM Quotes) FROM Contact c"
    told = shop.caller.call("GET", "query", params={"q": soql, "columns": "true"}).json()
    count = shop.caller.call("GET", "query", params={"q": "SELECT COUNT(Id) FROM Contact", "columns": "true"}).json()
    own, account, quotes = told["columnMetadata"]

    assert (told["entityName"], told["idSelected"], told["keyPrefix"]) == ("Contact", True, "003")
    assert (own["columnName"], own["updatable"]) == ("Id", False)
    assert (account["columnName"], account["foreignKeyName"]) == ("Account", "AccountId")
    assert [column["columnName"] for column in account["joinColumns"]] == ["Name", "Owner"]
    assert (quotes["columnName"], quotes["aggregate"]) == ("Quotes", True)
    assert [(c["columnName"], c["displayName"]) for c in count["columnMetadata"]] == [("expr0", "count(Id)")]
