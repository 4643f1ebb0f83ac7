"""People at both served systems who make orders of one product and edit their lines."""

from talk_assets_tests.writeback.world import World

ENDS = ("salesforce", "customerp")
ITEMS = "SELECT Id, Description, Quantity, ServiceDate FROM OrderItem WHERE Order.PoNumber = '{}'"


class OrderWorld(World):
    """Lines are told apart by their descriptions, which say the quantity they were made with."""

    def prepare(self):
        self.lamp = self.served.customerp.create("products", {"number": "L1", "name": "Lamp", "listPrice": 5})
        assert self.cycle() == (0, "")
        here = self.served.salesforce
        (self.entry,) = here.query("SELECT Id, Pricebook2Id FROM PricebookEntry")
        self.account = here.create("Account", Name="Fjord AS")
        self.later()

    def make(self, end, name, quantities, **line_facts):
        """An order whose lines are named by their quantities."""
        if end == "customerp":
            lines = [
                {"productId": self.lamp, "unitPrice": 5, "quantity": n, "description": f"{n}"} | line_facts
                for n in quantities
            ]
            body = {"purchaseOrderNumber": name, "orderDate": "2026-03-01", "companyName": "Fjord AS", "lines": lines}
            self.served.customerp.create("orders", body)
            return
        facts = {"AccountId": self.account, "Status": "Draft", "Pricebook2Id": self.entry["Pricebook2Id"]}
        order = self.served.salesforce.create("Order", PoNumber=name, EffectiveDate="2026-03-01", **facts)
        for n in quantities:
            self.add_item(order, n)

    def add_item(self, order, quantity):
        facts = {"PricebookEntryId": self.entry["Id"], "UnitPrice": 5}
        self.served.salesforce.create("OrderItem", OrderId=order, Quantity=quantity, Description=f"{quantity}", **facts)

    def orders(self, end, name):
        """All live orders of that name: their lines as {description: quantity}."""
        if end == "customerp":
            found = [order for order in self.served.customerp.all("orders") if order["purchaseOrderNumber"] == name]
            return [{line["description"]: int(line["quantity"]) for line in order["lines"]} for order in found]
        headers = self.served.salesforce.query(f"SELECT Id FROM Order WHERE PoNumber = '{name}'")  # noqa: S608
        lines = {row["Description"]: int(row["Quantity"]) for row in self.items(name)}
        return [lines for _ in headers]

    def both(self, name):
        return [self.orders(end, name) for end in ENDS]

    def items(self, name):
        return self.served.salesforce.query(ITEMS.format(name))

    def order_there(self, name):
        (found,) = [order for order in self.served.customerp.all("orders") if order["purchaseOrderNumber"] == name]
        return found

    def order_here(self, name):
        (found,) = self.served.salesforce.query(f"SELECT Id FROM Order WHERE PoNumber = '{name}'")  # noqa: S608
        return found["Id"]

    def change_line(self, end, name, line, quantity):
        """Set the quantity of the line that is called *line*."""
        if end == "salesforce":
            (row,) = [row for row in self.items(name) if row["Description"] == line]
            self.served.salesforce.update("OrderItem", row["Id"], Quantity=quantity)
        else:
            order = self.order_there(name)
            (row,) = [row for row in order["lines"] if row["description"] == line]
            self.served.customerp.update_line("orders", order["id"], row["id"], {"quantity": quantity})

    def add_line(self, end, name, quantity):
        if end == "salesforce":
            self.add_item(self.order_here(name), quantity)
        else:
            line = {"productId": self.lamp, "unitPrice": 5, "quantity": quantity, "description": f"{quantity}"}
            self.served.customerp.add_line("orders", self.order_there(name)["id"], line)

    def remove_line(self, end, name, line):
        if end == "salesforce":
            (row,) = [row for row in self.items(name) if row["Description"] == line]
            path = f"/services/data/v62.0/sobjects/OrderItem/{row['Id']}"
            self.served.salesforce._http.delete(path).raise_for_status()
        else:
            order = self.order_there(name)
            (row,) = [row for row in order["lines"] if row["description"] == line]
            self.served.customerp.remove_line("orders", order["id"], row["id"])

    def annotate(self, end, name, text):
        """Write a note on the order itself."""
        if end == "salesforce":
            self.served.salesforce.update("Order", self.order_here(name), Description=text)
        else:
            self.served.customerp.update("orders", self.order_there(name)["id"], {"notes": text})

    def note(self, end, name):
        if end == "customerp":
            return self.order_there(name)["notes"]
        (row,) = self.served.salesforce.query(f"SELECT Description FROM Order WHERE PoNumber = '{name}'")  # noqa: S608
        return row["Description"]
