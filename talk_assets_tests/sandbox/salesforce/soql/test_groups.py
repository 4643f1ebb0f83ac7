"""Groups, functions, field sets and date literals of SOQL."""

import pytest


@pytest.fixture
def contacts(org):
    """Five contacts, born on known days around the org's present, 14 March 2026."""
    born = {"A": "2026-03-14", "B": "2026-02-10", "C": "2026-01-01", "D": "2025-12-31", "E": None}
    for name, day in born.items():
        org.create("Contact", LastName=name, Birthdate=day, Title="Dr" if name in "AB" else "Mr")
    return org


def _values(org, soql):
    return [tuple(value for key, value in row.items() if key != "attributes") for row in org.query(soql)]


@pytest.mark.parametrize(
    ("literal", "names"),
    [
        ("TODAY", "A"),
        ("THIS_QUARTER", "ABC"),
        ("LAST_QUARTER", "D"),
        ("THIS_FISCAL_YEAR", "ABC"),
        ("LAST_YEAR", "D"),
        ("LAST_N_MONTHS:2", "BC"),
        ("LAST_N_DAYS:90", "ABCD"),
        ("LAST_90_DAYS", "ABCD"),
        ("N_MONTHS_AGO:1", "B"),
        ("N_DAYS_AGO:73", "D"),
        ("N_YEARS_AGO:0", "ABC"),
        ("NEXT_N_DAYS:3", ""),
        ("LAST_N_QUARTERS:1", "D"),
        ("N_WEEKS_AGO:0", "A"),
    ],
)
def test_date_literals_mean_spans(contacts, literal, names):
    found = contacts.query(f"SELECT LastName FROM Contact WHERE Birthdate = {literal} ORDER BY LastName")  # noqa: S608
    assert "".join(row["LastName"] for row in found) == names


def test_groups_are_named_filtered_and_sorted(contacts):
    """Aliases name groups and counts, HAVING filters by an aggregate, ORDER BY takes the alias."""
    soql = (
        "SELECT Title t, COUNT(Id) n, MAX(Birthdate) FROM Contact GROUP BY Title HAVING COUNT(Id) > 1 ORDER BY n DESC"
    )
    records = contacts.query(soql)
    assert [{key: row[key] for key in ("t", "n", "expr0")} for row in records] == [
        {"t": "Mr", "n": 3, "expr0": "2026-01-01"},
        {"t": "Dr", "n": 2, "expr0": "2026-03-14"},
    ]


def test_parts_of_dates_group_and_filter(contacts):
    soql = (
        "SELECT CALENDAR_YEAR(Birthdate) y, COUNT(Id) FROM Contact WHERE CALENDAR_MONTH(Birthdate) IN (1, 2, 12) "
        "GROUP BY CALENDAR_YEAR(Birthdate) ORDER BY CALENDAR_YEAR(Birthdate)"
    )
    assert _values(contacts, soql) == [(2025, 1), (2026, 2)]
    assert _values(contacts, "SELECT LastName FROM Contact WHERE DAY_IN_WEEK(Birthdate) = 7") == [("A",)]
    assert len(_values(contacts, "SELECT LastName FROM Contact WHERE DAY_ONLY(CreatedDate) = TODAY")) == 5


def test_field_sets_select_all_standard_or_custom_fields(contacts):
    (everything,) = contacts.query("SELECT FIELDS(ALL) FROM Contact WHERE LastName = 'A' LIMIT 1")
    (custom,) = contacts.query("SELECT Id, FIELDS(CUSTOM) FROM Contact WHERE LastName = 'A' LIMIT 200")
    standard = contacts.query("SELECT FIELDS(STANDARD), LastName FROM Contact")
    assert set(custom) == {"attributes", "Id", "ERP_External_Id__c"}
    assert everything.keys() - standard[0].keys() == {"ERP_External_Id__c"}


def test_semi_joins_and_anti_joins_select_by_other_objects(shop):
    """Accounts with a contact of a title, and accounts without any."""
    shop.caller.create("Account", Name="Empty")
    shop.caller.create("Contact", LastName="B", AccountId=shop.account, Title="Dr")
    within = "SELECT Name FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Title = 'Dr')"
    without = "SELECT Name FROM Account WHERE Id NOT IN (SELECT AccountId FROM Contact)"
    assert _values(shop.caller, within) == [("Acme",)]
    assert _values(shop.caller, without) == [("Empty",)]


@pytest.mark.parametrize(
    ("soql", "words"),
    [
        ("SELECT FIELDS(ALL) FROM Contact", "LIMIT of at most 200"),
        ("SELECT FIELDS(CUSTOM) FROM Contact LIMIT 201", "LIMIT of at most 200"),
        ("SELECT FIELDS(SOME) FROM Contact LIMIT 1", "FIELDS(SOME)"),
        ("SELECT LastName n FROM Contact", "only aggregate expressions use field aliasing"),
        ("SELECT LastName FROM Contact WHERE COUNT(Id) > 1", "aggregate functions are not allowed in WHERE"),
        ("SELECT LastName, COUNT(Id) FROM Contact GROUP BY Title", "Field must be grouped or aggregated: LastName"),
        ("SELECT COUNT(Id) n, MAX(Title) n FROM Contact", "duplicate alias: n"),
        ("SELECT SUM(Title) FROM Contact", "does not support aggregate operator SUM"),
        ("SELECT Id FROM Contact WHERE CALENDAR_YEAR(Title) = 2026", "does not support function CALENDAR_YEAR"),
        ("SELECT Id FROM Contact WHERE Birthdate = N_YEARS_AGO:99999", "date literal out of range"),
        ("SELECT Id FROM Contact HAVING LastName = 'A'", "HAVING needs GROUP BY"),
    ],
)
def test_what_groups_and_functions_do_not_allow_is_refused(org, soql, words):
    status, _, message = org.refused("GET", "query", params={"q": soql})
    assert status == 400
    assert words in message
