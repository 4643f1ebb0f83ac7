"""Conditional requests: what Salesforce offers of them, by If-Modified-Since and If-Unmodified-Since."""


def test_read_of_an_unchanged_row_is_304(org, clock):
    """One second is the grain."""
    contact = org.create("Contact", LastName="K")
    modified = org.call("GET", f"sobjects/Contact/{contact}").headers["Last-Modified"]
    clock.move(seconds=5)
    condition = {"If-Modified-Since": modified}
    assert org.call("GET", f"sobjects/Contact/{contact}", headers=condition).status_code == 304
    org.change("Contact", contact, LastName="L")

    assert org.call("GET", f"sobjects/Contact/{contact}", headers=condition).status_code == 200


def test_change_of_a_row_that_moved_is_412(org, clock):
    """If-Unmodified-Since guards against edits a second or more later."""
    contact = org.create("Contact", LastName="K")
    condition = {"If-Unmodified-Since": org.call("GET", f"sobjects/Contact/{contact}").headers["Last-Modified"]}
    path = f"sobjects/Contact/{contact}"
    assert org.call("PATCH", path, {"LastName": "L"}, headers=condition).status_code == 204
    clock.move(seconds=1)
    org.change("Contact", contact, LastName="M")

    assert org.refused("PATCH", path, {"LastName": "N"}, headers=condition)[:2] == (412, "PRECONDITION_FAILED")


def test_accounts_alone_have_entity_tags(org):
    """If-None-Match saves reading an unchanged account again; contacts have no tag."""
    account, contact = org.create("Account", Name="Acme"), org.create("Contact", LastName="K")
    tag = org.call("GET", f"sobjects/Account/{account}").headers["ETag"]
    same = org.call("GET", f"sobjects/Account/{account}", headers={"If-None-Match": tag})
    org.change("Account", account, Name="Else")
    other = org.call("GET", f"sobjects/Account/{account}", headers={"If-None-Match": tag})

    assert (same.status_code, same.content) == (304, b"")
    assert (other.status_code, other.headers["ETag"] != tag) == (200, True)
    assert tag.endswith('--gzip"')
    assert "ETag" not in org.call("GET", f"sobjects/Contact/{contact}").headers


def test_if_match_guards_an_account_and_nothing_else(org):
    """A change by a tag that is not the account's any more is 412; of a contact the header means nothing."""
    account, contact = org.create("Account", Name="Acme"), org.create("Contact", LastName="K")
    tag = org.call("GET", f"sobjects/Account/{account}").headers["ETag"]
    path, condition = f"sobjects/Account/{account}", {"If-Match": tag}

    assert org.call("PATCH", path, {"Name": "One"}, headers=condition).status_code == 204
    assert org.refused("PATCH", path, {"Name": "Two"}, headers=condition)[:2] == (412, "PRECONDITION_FAILED")
    assert org.read("Account", account)["Name"] == "One"
    assert org.call("PATCH", f"sobjects/Contact/{contact}", {"LastName": "L"}, headers=condition).status_code == 204
