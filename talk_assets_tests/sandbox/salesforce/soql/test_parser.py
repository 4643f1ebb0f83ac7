import pytest

from talk_assets.sandbox.salesforce.errors import ApiError
from talk_assets.sandbox.salesforce.soql.parser import parse, unquoted


def test_objects_and_fields_may_be_called_like_keywords():
    """`Order` is an object; `ORDER BY` is not."""
    query = parse("SELECT Order.Id, Limit__c FROM Order o ORDER BY Id LIMIT 5")

    assert (query.sobject, query.alias, query.limit) == ("Order", "o", 5)
    assert [item.text for item in query.select] == ["Order.Id", "Limit__c"]


def test_keywords_are_read_in_any_case():
    """And white space is free."""
    query = parse("select Id\nfrom\tContact where Name like 'a%' and Id not in ('x') order by Name desc nulls last")

    assert query.where.word == "AND"
    assert (query.order_by[0].descending, query.order_by[0].nulls_last) == (True, True)


@pytest.mark.parametrize(
    ("soql", "row", "column", "token"),
    [
        ("SELECT Id FRM Contact", 1, 11, "FRM"),
        ("SELECT FROM Contact", 1, 13, "Contact"),
        ("SELECT Id FROM Contact WHERE", 1, 29, "<EOF>"),
        ("SELECT Id FROM Contact\nWHERE Name LIKE", 2, 16, "<EOF>"),
        ("SELECT Id FROM Contact WHERE A = 1 AND B = 2 OR C = 3", 1, 46, "OR"),
        ("SELECT Id FROM Contact WHERE A = 1 OR B = 2 AND C = 3", 1, 45, "AND"),
        ("SELECT Id FROM Contact WHERE Name NOT LIKE 'a'", 1, 39, "LIKE"),
        ("SELECT Id FROM Contact WHERE A = 1 AND NOT B = 2", 1, 44, "B"),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2024-01-01T00:00:00", 1, 44, "2024"),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2024-01-01T00:00:00 00:00", 1, 44, "2024"),
        ("SELECT Id FROM Contact WHERE Name = 'a", 1, 37, "'a"),
        ("SELECT Id FROM Contact LIMIT x", 1, 30, "x"),
        ("DELETE FROM Contact", 1, 1, "DELETE"),
        ("SELECT Id FROM Contact; SELECT 1", 1, 23, ";"),
    ],
)
def test_trouble_is_shown_at_its_place(soql, row, column, token):
    """The excerpt has a caret under the token."""
    with pytest.raises(ApiError) as caught:
        parse(soql)

    error = caught.value
    assert error.code == "MALFORMED_QUERY"
    assert error.message.endswith(f"\nERROR at Row:{row}:Column:{column}\nunexpected token: '{token}'")
    excerpt, caret = error.message.split("\n")[1:3]
    assert excerpt[len(caret) - 1 :].startswith("" if token == "<EOF>" else token)


@pytest.mark.parametrize("soql", ["", "  \n"])
def test_empty_query_is_refused(soql):
    """In its own words."""
    with pytest.raises(ApiError, match="SOQL statements cannot be empty or null"):
        parse(soql)


@pytest.mark.parametrize(
    ("quoted", "plain", "pattern"),
    [
        (r"'it\'s'", "it's", "it's"),
        (r"'a\\b'", "a\\b", r"a\\b"),
        (r"'5\% \_x'", "5% _x", r"5\% \_x"),
        (r"'line\nbreak'", "line\nbreak", "line\nbreak"),
        (r"'\"'", '"', '"'),
    ],
)
def test_escapes_stand_for_what_they_mean(quoted, plain, pattern):
    """In LIKE an escaped wild card stays escaped."""
    assert unquoted(quoted) == plain
    assert unquoted(quoted, pattern=True) == pattern
