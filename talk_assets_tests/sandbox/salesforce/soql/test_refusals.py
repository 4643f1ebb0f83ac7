"""Queries that are refused, in the words of the API."""

import pytest


@pytest.mark.parametrize(
    ("soql", "code", "message"),
    [
        (
            "SELECT Bogus FROM Contact",
            "INVALID_FIELD",
            "\nSELECT Bogus FROM Contact\n       ^\nERROR at Row:1:Column:8\n"
            "No such column 'Bogus' on entity 'Contact'. If you are attempting to use a custom field, be sure to "
            "append the '__c' after the custom field name. "
            "Please reference your WSDL or the describe call for the appropriate names.",
        ),
        (
            "SELECT Id FROM Accout",
            "INVALID_TYPE",
            "\nSELECT Id FROM Accout\n               ^\nERROR at Row:1:Column:16\n"
            "sObject type 'Accout' is not supported. If you are attempting to use a custom object, be sure to "
            "append the '__c' after the entity name. "
            "Please reference your WSDL or the describe call for the appropriate names.",
        ),
        ("SELECT Id, id FROM Contact", "MALFORMED_QUERY", "duplicate field selected: Id"),
        ("SELECT Nope.Id FROM Contact", "INVALID_FIELD", "Didn't understand relationship 'Nope'"),
        ("SELECT Account.Nope FROM Contact", "INVALID_FIELD", "No such column 'Nope' on entity 'Account'"),
        ("SELECT (SELECT Id FROM Nopes) FROM Contact", "INVALID_FIELD", "Didn't understand relationship 'Nopes'"),
        (
            "SELECT Id FROM Account WHERE AnnualRevenue = '5'",
            "INVALID_FIELD",
            "value of filter criterion for field 'AnnualRevenue' must be of type double and should not be "
            "enclosed in quotes",
        ),
        (
            "SELECT Id FROM Account WHERE Name = 5",
            "INVALID_FIELD",
            "value of filter criterion for field 'Name' must be of type string and should be enclosed in quotes",
        ),
        (
            "SELECT Id FROM Contact WHERE Salutation = true",
            "INVALID_FIELD",
            "value of filter criterion for field 'Salutation' must be of type string and should be enclosed in quotes",
        ),
        (
            "SELECT Id FROM Contact WHERE HasOptedOutOfEmail = 'true'",
            "INVALID_FIELD",
            "must be of type boolean and should not be enclosed in quotes",
        ),
        ("SELECT Id FROM Contact WHERE CreatedDate > 2024-01-01", "INVALID_FIELD", "must be of type dateTime"),
        ("SELECT Id FROM Contact WHERE Birthdate > 2024-01-01T00:00:00Z", "INVALID_FIELD", "must be of type date"),
        (
            "SELECT Id FROM Contact WHERE CreatedDate > '2024-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "must be of type dateTime",
        ),
        ("SELECT Id FROM Contact WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
        ("SELECT Id FROM Contact WHERE AccountId IN ('abc')", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
        (
            "SELECT Id FROM Contact WHERE Id LIKE '003%'",
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid operator on id field",
        ),
        (
            "SELECT Id FROM Contact WHERE DoNotCall > false",
            "INVALID_QUERY_FILTER_OPERATOR",
            "invalid operator on boolean",
        ),
        ("SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD", "field 'Description' can not be filtered"),
        ("SELECT Id FROM Contact ORDER BY Description", "INVALID_FIELD", "field 'Description' can not be sorted"),
        ("SELECT Id FROM Contact WHERE Birthdate = LAST_N_DAYS:999999999", "MALFORMED_QUERY", "LAST_N_DAYS:999999999"),
        ("SELECT Id FROM Contact WHERE Birthdate = NEXT_N_DAYS:9999999", "MALFORMED_QUERY", "NEXT_N_DAYS:9999999"),
        ("SELECT Id FROM Contact OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000"),
        ("SELECT Name, COUNT(Id) FROM Contact", "MALFORMED_QUERY", "Field must be grouped or aggregated: Name"),
        ("SELECT SUM(Name) FROM Contact", "MALFORMED_QUERY", "does not support aggregate operator SUM"),
        (
            "SELECT ReportsTo.ReportsTo.ReportsTo.ReportsTo.ReportsTo.ReportsTo.Name FROM Contact",
            "INVALID_FIELD",
            "at most 5 levels",
        ),
        ("SELECT Id FRM Contact", "MALFORMED_QUERY", "unexpected token: 'FRM'"),
        ("", "MALFORMED_QUERY", "SOQL statements cannot be empty or null"),
    ],
)
def test_bad_queries_are_refused_with_their_reason(org, soql, code, message):
    """Wrong names, wrong literals, wrong operators."""
    status, found, text = org.refused("GET", "query", params={"q": soql})

    assert (status, found) == (400, code)
    assert message in text
