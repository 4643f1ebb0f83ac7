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
