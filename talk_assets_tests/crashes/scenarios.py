"""What people do at both systems before a run that dies, and what stands in both once it was made good.

Each scenario is what they do, and the rows both systems hold at rest, in the properties that
`talk_assets_tests.served` compares. Rows of one system only are marked by its name.
"""

LAMP = ("Lamp", "L1", None)
CHAIR = ("Chair", "C1", None)
BERG = ("Berg", "Ada", None, None, "berg@fjord.example")
DAHL = ("Dahl", None, None, None, None)
ORDER = ("O1", "2026-03-01", None, "open")
FIRST_LINE = ("O1 first", "2", "19.9")
SECOND_LINE = ("O1 second", "3", "19.9")
LONG = "x" * 90 + "@fjord.example"


def first_load(served):
    """Products and people made at either system, and an order at Customerp."""
    lamp = served.customerp.create("products", {"name": "Lamp", "number": "L1", "listPrice": 19.9})
    served.salesforce.create("Product2", Name="Chair", ProductCode="C1", IsActive=True)
    person = {"familyName": "Berg", "givenName": "Ada", "companyName": "Fjord AS", "email": "berg@fjord.example"}
    berg = served.customerp.create("contacts", person)
    served.salesforce.create("Contact", LastName="Dahl")
    # Salesforce takes no address this long, so this contact is held back until it gets a shorter one.
    served.customerp.create("contacts", {"familyName": "Moe", "email": LONG})
    lines = [
        {"productId": lamp, "quantity": 2, "unitPrice": 19.9, "description": "O1 first"},
        {"productId": lamp, "quantity": 3, "unitPrice": 19.9, "description": "O1 second"},
    ]
    body = {"orderDate": "2026-03-01", "purchaseOrderNumber": "O1", "contactId": berg, "companyName": "Fjord AS"}
    served.customerp.create("orders", body | {"lines": lines})


FIRST_LOAD = {
    "product": {LAMP, CHAIR},
    "contact": {BERG, DAHL, ("Customerp", "Moe", None, None, None, LONG)},
    "order": {ORDER},
    "line": {FIRST_LINE, SECOND_LINE},
}


def crowd(served):
    """People made at Customerp: two more than Salesforce takes in one call that is no bulk job."""
    for number in range(202):
        served.customerp.create("contacts", {"familyName": f"Berg {number}", "email": f"berg{number}@fjord.example"})


CROWD = {"contact": {(f"Berg {number}", None, None, None, f"berg{number}@fjord.example") for number in range(202)}}


def edits(served):
    """One record changed at both systems, in two properties; others at one; one let out of quarantine."""
    berg, theirs = ids(served, "Berg")
    dahl = ids(served, "Dahl")[1]
    served.salesforce.update("Contact", berg, Title="Boss")
    served.clock.move(seconds=60)
    served.customerp.update("contacts", theirs, {"department": "North"})
    served.customerp.update("contacts", dahl, {"jobTitle": "Buyer"})
    served.customerp.update("contacts", ids(served, "Moe")[1], {"email": "moe@fjord.example"})
    served.salesforce.update("Product2", product(served, "C1"), Description="Oak")


EDITS = FIRST_LOAD | {
    "product": {LAMP, ("Chair", "C1", "Oak")},
    "contact": {
        ("Berg", "Ada", "Boss", "North", "berg@fjord.example"),
        ("Dahl", None, "Buyer", None, None),
        ("Moe", None, None, None, "moe@fjord.example"),
    },
}


def documents(served):
    """An order gets a line, loses one and changes one, at Customerp; a new order comes confirmed, with its lines."""
    (order,) = served.customerp.all("orders")
    first, second = order["lines"]
    served.customerp.update_line("orders", order["id"], first["id"], {"quantity": 7})
    served.customerp.remove_line("orders", order["id"], second["id"])
    line = {"productId": first["productId"], "quantity": 1, "unitPrice": 5, "description": "O1 third"}
    served.customerp.add_line("orders", order["id"], line)
    body = {"orderDate": "2026-04-01", "purchaseOrderNumber": "O2", "companyName": "Nord AS"}
    lines = [line | {"description": f"O2 line {n}", "quantity": n} for n in (1, 2)]
    served.customerp.create("orders", body | {"lines": lines, "status": "confirmed"})
    served.clock.move(seconds=60)
    (ours,) = served.salesforce.query("SELECT Id FROM Order")
    served.salesforce.update("Order", ours["Id"], Description="Call first")


DOCUMENTS = FIRST_LOAD | {
    "order": {("O1", "2026-03-01", "Call first", "open"), ("O2", "2026-04-01", None, "confirmed")},
    "line": {
        ("O1 first", "7", "19.9"),
        ("O1 third", "1", "5"),
        ("O2 line 1", "1", "5"),
        ("O2 line 2", "2", "5"),
    },
}


def deletions(served):
    """A contact is deleted at Customerp, another is merged away at Salesforce, an order line is deleted there."""
    served.salesforce.create("Contact", LastName="Dahl", Title="Double")
    doubles = served.salesforce.query("SELECT Id, Title FROM Contact WHERE LastName = 'Dahl' ORDER BY CreatedDate, Id")
    master = next(row["Id"] for row in doubles if row["Title"] is None)
    loser = next(row["Id"] for row in doubles if row["Title"] is not None)
    post(served, "sandbox/merge", {"masterId": master, "loserIds": [loser]})
    served.clock.move(seconds=60)
    lines = served.salesforce.query("SELECT Id, Description FROM OrderItem WHERE Description = 'O1 second'")
    served.salesforce._http.delete(f"/services/data/v62.0/sobjects/OrderItem/{lines[0]['Id']}").raise_for_status()
    moe = ids(served, "Moe")[1]
    served.customerp._change("DELETE", f"/contacts/{moe}", f"/contacts/{moe}", None)


DELETIONS = FIRST_LOAD | {"contact": {BERG, DAHL}, "line": {FIRST_LINE}}


def conflicts(served):
    """Two properties are changed at both systems: once Customerp's value is the later one, once Salesforce's."""
    berg, theirs = ids(served, "Berg")
    served.salesforce.update("Contact", berg, Title="Early")
    served.clock.move(seconds=60)
    served.customerp.update("contacts", theirs, {"jobTitle": "Late"})
    (lamp,) = (p["id"] for p in served.customerp.all("products") if p["number"] == "L1")
    served.customerp.update("products", lamp, {"description": "Early"})
    served.clock.move(seconds=60)
    served.salesforce.update("Product2", product(served, "L1"), Description="Late")


CONFLICTS = FIRST_LOAD | {
    "product": {("Lamp", "L1", "Late"), CHAIR},
    "contact": FIRST_LOAD["contact"] - {BERG} | {("Berg", "Ada", "Late", None, "berg@fjord.example")},
}


def everything(served):
    """All of it but the deletions."""
    conflicts(served)
    served.clock.move(seconds=60)
    edits_after_conflicts(served)
    documents(served)


def edits_after_conflicts(served):
    """As `edits`, without the title both have changed already."""
    theirs, dahl = ids(served, "Berg")[1], ids(served, "Dahl")[1]
    served.customerp.update("contacts", theirs, {"department": "North"})
    served.customerp.update("contacts", dahl, {"jobTitle": "Buyer"})
    served.customerp.update("contacts", ids(served, "Moe")[1], {"email": "moe@fjord.example"})
    served.salesforce.update("Product2", product(served, "C1"), Description="Oak")


EVERYTHING = {
    "product": {("Lamp", "L1", "Late"), ("Chair", "C1", "Oak")},
    "contact": EDITS["contact"] - {("Berg", "Ada", "Boss", "North", "berg@fjord.example")}
    | {("Berg", "Ada", "Late", "North", "berg@fjord.example")},
    "order": DOCUMENTS["order"],
    "line": DOCUMENTS["line"],
}


def merges(served):
    """A double of a linked contact is made at Salesforce, and takes the contact in before anybody has read it."""
    berg, theirs = ids(served, "Berg")
    (account,) = served.salesforce.query("SELECT Id FROM Account WHERE Name = 'Fjord AS'")
    facts = {"FirstName": "Ada", "Email": "berg@fjord.example", "AccountId": account["Id"]}
    double = served.salesforce.create("Contact", LastName="Berg", Title="Boss", **facts)
    post(served, "sandbox/merge", {"masterId": double, "loserIds": [berg]})
    served.clock.move(seconds=60)
    served.customerp.update("contacts", theirs, {"department": "North"})


MERGES = FIRST_LOAD | {
    "contact": FIRST_LOAD["contact"] - {BERG} | {("Berg", "Ada", "Boss", "North", "berg@fjord.example")},
}


def quotes(served):
    """A quote with two lines, already sent, is made at Customerp; another, with one, at Salesforce."""
    lamp = next(p["id"] for p in served.customerp.all("products") if p["number"] == "L1")
    line = {"productId": lamp, "unitPrice": 19.9}
    lines = [line | {"quantity": n, "description": f"Q1 line {n}"} for n in (1, 2)]
    body = {"title": "Q1", "contactId": ids(served, "Berg")[1], "companyName": "Fjord AS", "validUntil": "2026-12-31"}
    served.customerp.create("quotes", body | {"lines": lines, "status": "sent"})
    served.clock.move(seconds=60)
    here = served.salesforce
    (account,) = here.query("SELECT Id FROM Account WHERE Name = 'Fjord AS'")
    (entry,) = here.query("SELECT Id, Pricebook2Id FROM PricebookEntry WHERE Product2.ProductCode = 'L1'")
    book = entry["Pricebook2Id"]
    deal = {"AccountId": account["Id"], "StageName": "Prospecting", "CloseDate": "2026-12-01", "Pricebook2Id": book}
    deal_id = here.create("Opportunity", Name="Deal", **deal)
    quote = here.create("Quote", Name="Q2", OpportunityId=deal_id, Pricebook2Id=book, ExpirationDate="2026-11-30")
    item = {"PricebookEntryId": entry["Id"], "Quantity": 4, "UnitPrice": 18}
    here.create("QuoteLineItem", QuoteId=quote, Description="Q2 line 1", **item)


QUOTES = FIRST_LOAD | {
    "quote": {("Q1", "2026-12-31", None, "sent"), ("Q2", "2026-11-30", None, "draft")},
    "quote line": {("Q1 line 1", "1", "19.9"), ("Q1 line 2", "2", "19.9"), ("Q2 line 1", "4", "18")},
}


def quote_edits(served):
    """One quote gets a line, loses one and changes one at Customerp; the other a note, a status and a line."""
    first, second = sorted(served.customerp.all("quotes"), key=lambda quote: quote["title"])
    one, two = sorted(first["lines"], key=lambda line: line["description"])
    served.customerp.update_line("quotes", first["id"], one["id"], {"quantity": 7})
    served.customerp.remove_line("quotes", first["id"], two["id"])
    line = {"productId": one["productId"], "quantity": 3, "unitPrice": 5, "description": "Q1 line 3"}
    served.customerp.add_line("quotes", first["id"], line)
    served.customerp.update("quotes", second["id"], {"notes": "Call first"})
    served.clock.move(seconds=60)
    here = served.salesforce
    (known,) = here.query("SELECT QuoteId, PricebookEntryId FROM QuoteLineItem WHERE Description = 'Q2 line 1'")
    new = {"QuoteId": known["QuoteId"], "PricebookEntryId": known["PricebookEntryId"], "Quantity": 1, "UnitPrice": 2}
    here.create("QuoteLineItem", Description="Q2 line 2", **new)
    here.update("Quote", known["QuoteId"], Status="Presented")


QUOTE_EDITS = QUOTES | {
    "quote": {("Q1", "2026-12-31", None, "sent"), ("Q2", "2026-11-30", "Call first", "sent")},
    "quote line": {
        ("Q1 line 1", "7", "19.9"),
        ("Q1 line 3", "3", "5"),
        ("Q2 line 1", "4", "18"),
        ("Q2 line 2", "1", "2"),
    },
}

LOADS = {"empty": (first_load, FIRST_LOAD), "crowd": (crowd, CROWD)}
"""What is done where nobody has synced yet."""
SCENARIOS = {
    "edits": (edits, EDITS),
    "documents": (documents, DOCUMENTS),
    "deletions": (deletions, DELETIONS),
    "conflicts": (conflicts, CONFLICTS),
    "everything": (everything, EVERYTHING),
    "merges": (merges, MERGES),
    "quotes": (quotes, QUOTES),
    "quote edits": (quote_edits, QUOTE_EDITS, "quotes"),
}
"""What is done after a first load has come to rest; the last name is what came to rest after it, too."""


def ids(served, name):
    """The ids of the contact of that name at Salesforce (None if there is none) and at Customerp."""
    ours = served.salesforce.query(f"SELECT Id FROM Contact WHERE LastName = '{name}'")  # noqa: S608
    (theirs,) = (row["id"] for row in served.customerp.all("contacts") if row["familyName"] == name)
    return (ours[0]["Id"] if ours else None), theirs


def product(served, code):
    """The Salesforce id of the product with that code."""
    (found,) = served.salesforce.query(f"SELECT Id FROM Product2 WHERE ProductCode = '{code}'")  # noqa: S608
    return found["Id"]


def post(served, path, body):
    """Call the org."""
    served.salesforce._http.post(f"/services/data/v62.0/{path}", json=body).raise_for_status()
