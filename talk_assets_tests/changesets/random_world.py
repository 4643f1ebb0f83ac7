"""Small random worlds: some records in step, then edits on either end, all from one seed.

Run as a module it writes a hash of the plans, the requests and the bookkeeping of a world, to compare processes.
"""

import hashlib
import random
import sys

from talk_assets.model.system import System
from talk_assets_tests.twins import Twins

SALESFORCE, CUSTOMERP = System
CUSTOM = "Untouched__c"
"""A property of the ends that no declaration names."""
STRANGE = "é\u202e\r\n\ttab; DROP 'x' \U0001f600"
TEXTS = ("Alpha", "Beta", "Gamma ", "Ærlig", None)
EDITS = {
    "contact": {
        "job_title": TEXTS,
        "department": TEXTS,
        "salutation": {SALESFORCE: ("Mr.", "Ms.", "Herr", None), CUSTOMERP: ("mr", "dr", None)},
        "birth_date": ("1990-01-01", "1980-02-29", None),
        "company": ("Fjord AS", "Alpha AS", None),
        "email_opt_out": ("true", "false"),
    },
    "product": {"description": TEXTS, "category": ("A", "B", None), "sku": ("1", "2", None)},
    "order": {"reference": TEXTS, "delivery_date": ("2026-04-01", "2026-05-01", None), "notes": TEXTS},
}


class RandomWorld:
    """Two ends with records in step and edits under way."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - it must repeat
        self.twins = Twins()
        self.records: dict[str, list[dict[System, str]]] = {name: [] for name in EDITS}
        self._in_step()
        self._edited()

    def _in_step(self) -> None:
        twins, end = self.twins, self.random.choice
        made = []
        for number in range(4):
            system = end(list(System))
            values = {"name": f"P{number}", "product_code": f"C{number}", "list_price": f"{number}.50", CUSTOM: STRANGE}
            made.append(("product", system, twins.add("product", system, **values)))
        for number in range(6):
            system = end(list(System))
            values = {"last_name": f"N{number}", "email": f"n{number}@x.no", "company": "Fjord AS", CUSTOM: STRANGE}
            made.append(("contact", system, twins.add("contact", system, **values)))
        twins.settle()
        products = [i for name, system, i in made if name == "product" and system is CUSTOMERP]
        for number in range(2):
            lines = [{"product": p, "quantity": "1", "unit_price": "2.50"} for p in products]
            order = twins.add(
                "order", CUSTOMERP, name=f"O{number}", company="Fjord AS", order_date="2026-03-01", lines=lines
            )
            made.append(("order", CUSTOMERP, order))
        twins.settle()
        for name, system, record in made:
            self.records[name].append({system: record, system.other: twins.other(name, system, record)})

    def _edited(self) -> None:
        for _ in range(self.random.randint(6, 14)):
            name = self.random.choice(list(EDITS))
            system = self.random.choice(list(System))
            record = self.random.choice(self.records[name])[system]
            property_name, values = self.random.choice(list(EDITS[name].items()))
            given = self.random.choice(values[system] if isinstance(values, dict) else values)
            self.twins.edit(name, system, record, **{property_name: given})
        for number in range(self.random.randint(0, 3)):
            system = self.random.choice(list(System))
            self.twins.add("contact", system, last_name=f"New {number}", email=f"new{number}@x.no")
        gone = self.random.choice(self.records["contact"])
        if self.random.random() < 0.5:
            system = self.random.choice(list(System))
            self.twins.remove("contact", system, gone[system])

    def trace(self) -> str:
        """Everything decided and sent, in order, as one hash."""
        plan = self.twins.cycle(dry_run=True).plan
        self.twins.settle()
        sent = [
            (
                end.system.value,
                request.entity,
                [(w.intent_id, w.op.value, w.id, w.key, w.values) for w in request.writes],
            )
            for end in self.twins.ends.values()
            for request in end.requests
        ]
        whole = repr((plan.rows(), sent, self.twins.dump()))
        return hashlib.sha256(whole.encode()).hexdigest()


if __name__ == "__main__":
    sys.stdout.write(" ".join(RandomWorld(int(seed)).trace() for seed in sys.argv[1:]))
