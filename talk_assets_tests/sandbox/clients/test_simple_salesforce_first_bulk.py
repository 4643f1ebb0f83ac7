"""simple-salesforce's first Bulk API, as it comes from its authors, against the embedded Salesforce."""

_KEY = "ERP_External_Id__c"


def test_rows_are_inserted_each_for_itself(sf):
    """The good are stored, the bad come back with code, text and fields, in the order given."""
    good, bad = sf.bulk.Contact.insert([{"LastName": "Ash"}, {"FirstName": "Nobody"}])

    assert (good["success"], good["created"], len(good["id"])) == (True, True, 18)
    assert (bad["success"], bad["errors"][0]["statusCode"]) == (False, "REQUIRED_FIELD_MISSING")
    assert bad["errors"][0]["fields"] == ["LastName"]


def test_rows_are_upserted_changed_and_deleted(sf):
    """By external id and by id; an upsert says what is new."""
    (made,) = sf.bulk.Contact.upsert([{"LastName": "Ash", _KEY: "A1"}], _KEY)
    (met,) = sf.bulk.Contact.upsert([{"LastName": "Oak", _KEY: "A1"}], _KEY)
    (changed,) = sf.bulk.Contact.update([{"Id": made["id"], "Title": "Chef"}])
    row = sf.Contact.get(made["id"])
    (gone,) = sf.bulk.Contact.delete([{"Id": made["id"]}])

    assert (made["created"], met["created"], met["id"]) == (True, False, made["id"])
    assert (changed["success"], row["LastName"], row["Title"]) == (True, "Oak", "Chef")
    assert gone["success"]
    assert sf.query("SELECT Id FROM Contact")["totalSize"] == 0


def test_queries_tell_times_as_milliseconds(sf):
    """Records come with their attributes; a date and time is a number there."""
    sf.Contact.create({"LastName": "Ash", "Birthdate": "1970-01-02"})
    (row,) = sf.bulk.Contact.query("SELECT Id, LastName, Birthdate, CreatedDate FROM Contact")

    assert (row["attributes"]["type"], row["LastName"], row["Birthdate"]) == ("Contact", "Ash", 86_400_000)
    assert isinstance(row["CreatedDate"], int)


def test_unknown_jobs_and_sessions_are_refused_in_its_own_words(sf):
    """ExceptionCode and exceptionMessage, not the REST array."""
    base = sf.bulk_url
    headers = {"X-SFDC-Session": sf.session_id}
    unknown = sf.session.get(f"{base}job/750000000000001AAA", headers=headers)
    expired = sf.session.get(f"{base}job/750000000000001AAA", headers={"X-SFDC-Session": "00D!nothing"})

    assert (unknown.status_code, unknown.json()["exceptionCode"]) == (400, "InvalidJob")
    assert (expired.status_code, expired.json()["exceptionCode"]) == (401, "InvalidSessionId")
