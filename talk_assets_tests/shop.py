"""A product and a contact in step on both ends, and orders of them."""

from talk_assets.model.changes import ChangeState
from talk_assets.model.system import System
from talk_assets.store import changes
from talk_assets_tests.twins import BOOK

SALESFORCE, CUSTOMERP = System
ORDERS = {"pairs": ["product", "contact", "order"]}


class Shop:
    def __init__(self, twins):
        self.twins = twins
        self.products = {CUSTOMERP: twins.add("product", CUSTOMERP, name="Lamp", product_code="L1", list_price="19.90")}
        self.people = {CUSTOMERP: twins.add("contact", CUSTOMERP, last_name="Berg", company="Fjord AS")}
        self.cycle(pairs=["product", "contact"])
        self.products[SALESFORCE] = twins.other("product", CUSTOMERP, self.products[CUSTOMERP])
        self.people[SALESFORCE] = twins.other("contact", CUSTOMERP, self.people[CUSTOMERP])

    def cycle(self, **options):
        return self.twins.cycle(**(ORDERS | options))

    def line(self, system=CUSTOMERP, **values):
        return {"product": self.products[system], "quantity": "2", "unit_price": "19.90"} | values

    def order(self, system=CUSTOMERP, *lines, **values):
        given = {"order_date": "2026-03-01", "contact": self.people[system]}
        if system is SALESFORCE:
            given |= {"company": "Fjord AS", "Pricebook2Id": BOOK}
        return self.twins.add("order", system, lines=lines or (self.line(system),), **(given | values))

    def lines(self, system):
        return self.twins.live("order_line", system)

    def held(self, pair, state=ChangeState.HELD):
        return changes.of(self.twins.db, self.twins.pairs[pair], state=state.value)
