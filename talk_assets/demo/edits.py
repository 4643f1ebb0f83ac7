"""What people and other software do between two syncs: edits on both sides, by plain HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from talk_assets.demo.ends import PlainCustomerp, PlainSalesforce
from talk_assets.demo.proof import Books, Pairing, read_books

Check = Callable[[Books], tuple[object, object]]
"""What both systems should show afterwards: what is there, and what should be."""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One thing done to the systems, and how to see afterwards that it arrived."""

    what: str
    check: Check


def make(salesforce: PlainSalesforce, customerp: PlainCustomerp) -> list[Edit]:
    """Edit both systems; what was done, in order."""
    books = read_books(salesforce, customerp)
    contacts = [p for p in books.of("contact") if p.salesforce["Email"] and not p.differences]
    both, clash, cleared = contacts[0], contacts[1], next(p for p in contacts[2:] if p.salesforce["Title"])
    return [
        *_contacts(salesforce, customerp, both, clash, cleared),
        *_new_records(salesforce, customerp),
        *_order_lines(customerp, books),
        *_statuses(salesforce, customerp, books),
    ]


def _contacts(
    salesforce: PlainSalesforce, customerp: PlainCustomerp, both: Pairing, clash: Pairing, cleared: Pairing
) -> list[Edit]:
    salesforce.update("Contact", both.salesforce["Id"], MobilePhone="+47 400 11 222")
    customerp.update("contacts", both.customerp["id"], {"jobTitle": "Head of Bicycles"})
    # The later edit wins; Salesforce keeps whole seconds only, and a tie is Salesforce's.
    customerp.update("contacts", clash.customerp["id"], {"department": "Warehouse"})
    salesforce.update("Contact", clash.salesforce["Id"], Department="Showroom")
    salesforce.update("Contact", cleared.salesforce["Id"], Title=None)
    return [
        Edit(
            what=f"{both.title}: mobile phone changed in Salesforce, job title in Customerp",
            check=_of("contact", both, lambda s, c: (c["mobile"], s["Title"]), ("+4740011222", "Head of Bicycles")),
        ),
        Edit(
            what=f"{clash.title}: department changed in both, last in Salesforce (a conflict)",
            check=_of("contact", clash, lambda s, c: (s["Department"], c["department"]), ("Showroom", "Showroom")),
        ),
        Edit(
            what=f"{cleared.title}: job title emptied in Salesforce",
            check=_of("contact", cleared, lambda _, c: c.get("jobTitle"), None),
        ),
    ]


def _new_records(salesforce: PlainSalesforce, customerp: PlainCustomerp) -> list[Edit]:
    made = salesforce.create("Contact", FirstName="Åse", LastName="Bjørnstad", Email="ase@bjornstad.example")
    code = "DEMO-100"
    customerp.create("products", {"number": code, "name": "Demo lamp", "listPrice": 49.9999, "status": "active"})
    return [
        Edit(
            what="Åse Bjørnstad: a new contact in Salesforce",
            check=lambda books: (_there(books, "contact", "Id", made), "ase@bjornstad.example"),
        ),
        Edit(
            what="Demo lamp: a new product in Customerp, at 49.9999",
            check=lambda books: (_price_here(books, code), "50.00"),
        ),
    ]


def _there(books: Books, kind: str, name: str, value: str) -> object:
    return next((p.customerp.get("email") for p in books.of(kind) if p.salesforce[name] == value), None)


def _price_here(books: Books, code: str) -> object:
    found = next((p.salesforce for p in books.of("product") if p.salesforce["ProductCode"] == code), None)
    entries = found["PricebookEntries"]["records"] if found and found["PricebookEntries"] else ()
    return format(entries[0]["UnitPrice"], ".2f") if entries else None


def _order_lines(customerp: PlainCustomerp, books: Books) -> list[Edit]:
    order = next(p for p in books.of("order") if p.customerp["status"] == "open" and len(p.customerp["lines"]) > 1)
    record = order.customerp["id"]
    first, second = order.customerp["lines"][:2]
    product = next(p for p in books.of("product") if p.customerp["status"] == "active")
    before = len(order.customerp["lines"])
    customerp.update_line("orders", record, first["id"], {"quantity": 7})
    customerp.remove_line("orders", record, second["id"])
    new = {"productId": product.customerp["id"], "quantity": 3, "unitPrice": 12.5, "description": "added in the demo"}
    customerp.add_line("orders", record, new)
    return [
        Edit(
            what=f"Order {order.title}: a line changed to 7, one removed, one of 3 added in Customerp",
            check=_of("order", order, _line_facts, (before, True, True)),
        )
    ]


def _line_facts(s: Mapping[str, Any], _: Mapping[str, Any]) -> tuple[int, bool, bool]:
    lines = s["OrderItems"]["records"]
    added = any(line["Description"] == "added in the demo" and line["Quantity"] == 3 for line in lines)  # noqa: PLR2004
    changed = any(line["Quantity"] == 7 for line in lines)  # noqa: PLR2004
    return len(lines), changed, added


def _statuses(salesforce: PlainSalesforce, customerp: PlainCustomerp, books: Books) -> list[Edit]:
    quote = next(p for p in books.of("quote") if p.customerp["status"] == "draft")
    salesforce.update("Quote", quote.salesforce["Id"], Status="Presented")
    edited = next(p for p in books.of("order") if p.customerp["status"] == "open" and len(p.customerp["lines"]) > 1)
    order = next(
        p
        for p in books.of("order")
        if p.customerp["status"] == "open" and p.customerp["lines"] and p.customerp["id"] != edited.customerp["id"]
    )
    customerp.update("orders", order.customerp["id"], {"status": "confirmed"})
    return [
        Edit(
            what=f"Quote {quote.title}: presented in Salesforce",
            check=_of("quote", quote, lambda _, c: c["status"], "sent"),
        ),
        Edit(
            what=f"Order {order.title}: confirmed in Customerp, so Salesforce must activate it",
            check=_of("order", order, lambda s, _: s["Status"], "Activated"),
        ),
    ]


def _of(
    kind: str, pairing: Pairing, facts: Callable[[Mapping[str, Any], Mapping[str, Any]], object], expected: object
) -> Check:
    def check(books: Books) -> tuple[object, object]:
        now = next((p for p in books.of(kind) if p.customerp["id"] == pairing.customerp["id"]), None)
        return (None if now is None else facts(now.salesforce, now.customerp)), expected

    return check
