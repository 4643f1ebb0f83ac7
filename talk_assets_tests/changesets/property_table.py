"""What must become of one property, written down by hand: read it as the specification, not as a test.

Each row: what was done to the property in Salesforce and in Customerp since both last agreed on `old`, and in which
order; then what either end must hold after a cycle, under each policy. Words of a value: `old`, `S` (what Salesforce
was given), `C` (what Customerp was given), `-` (empty). What was done: `same` (nothing), `changed` (to S or C),
`agreed` (both were given S), `cleared`, `hidden` (the end does not show it); in the second table `empty` (never set).

After the two values: `logged` means that both values are kept in the conflict log; `open` that besides a person is
asked and neither end is written; `held` that what moved waits until it can be seen.
"""

from typing import NamedTuple

ROWS = """
 Salesforce  Customerp  order        | latest wins   | Salesforce wins | Customerp wins | manual
 ----------  ---------  -----        | -----------   | --------------- | -------------- | ------
 same        same       -            | old old       | old old         | old old        | old old
 same        changed    -            | C C           | C C             | C C            | C C
 same        cleared    -            | - -           | - -             | - -            | - -
 changed     same       -            | S S           | S S             | S S            | S S
 changed     changed    S-then-C     | C C logged    | S S logged      | C C logged     | S C open
 changed     changed    C-then-S     | S S logged    | S S logged      | C C logged     | S C open
 changed     changed    at-once      | S S logged    | S S logged      | C C logged     | S C open
 agreed      agreed     S-then-C     | S S           | S S             | S S            | S S
 agreed      agreed     C-then-S     | S S           | S S             | S S            | S S
 changed     cleared    S-then-C     | S S logged    | S S logged      | S S logged     | S - open
 changed     cleared    C-then-S     | S S logged    | S S logged      | S S logged     | S - open
 cleared     same       -            | - -           | - -             | - -            | - -
 cleared     changed    S-then-C     | C C logged    | C C logged      | C C logged     | - C open
 cleared     changed    C-then-S     | C C logged    | C C logged      | C C logged     | - C open
 cleared     cleared    S-then-C     | - -           | - -             | - -            | - -
 hidden      same       -            | old old       | old old         | old old        | old old
 hidden      changed    -            | old C held    | old C held      | old C held     | old C held
 hidden      cleared    -            | old - held    | old - held      | old - held     | old - held
 same        hidden     -            | old old       | old old         | old old        | old old
 changed     hidden     -            | S old held    | S old held      | S old held     | S old held
 cleared     hidden     -            | - old held    | - old held      | - old held     | - old held
 hidden      hidden     -            | old old       | old old         | old old        | old old
"""

FIRST = """
 Salesforce  Customerp  order        | latest wins   | Salesforce wins | Customerp wins | manual
 ----------  ---------  -----        | -----------   | --------------- | -------------- | ------
 empty       empty      S-then-C     | - -           | - -             | - -            | - -
 changed     empty      S-then-C     | S S           | S S             | S S            | S S
 empty       changed    C-then-S     | C C           | C C             | C C            | C C
 agreed      agreed     S-then-C     | S S           | S S             | S S            | S S
 changed     changed    S-then-C     | C C logged    | C C logged      | C C logged     | S C open
 changed     changed    C-then-S     | S S logged    | S S logged      | S S logged     | S C open
 changed     changed    at-once      | S S logged    | S S logged      | S S logged     | S C open
"""
"""Where nothing was agreed before, the pair's own first-link policy (here: latest wins) stands for a property's, but
for `manual`."""

POLICIES = ("latest_wins", "salesforce_wins", "customerp_wins", "manual")


class Row(NamedTuple):
    """What was done, and what must come of it by policy: (Salesforce holds, Customerp holds, note)."""

    salesforce: str
    customerp: str
    order: str
    outcomes: dict[str, tuple[str, str, str]]

    @property
    def name(self) -> str:
        return "-".join((self.salesforce, self.customerp, *([self.order] if self.order != "-" else [])))

    @property
    def words(self) -> set[str]:
        """The values it takes: a flag has no third one and none that is empty."""
        return {word for here, there, _ in self.outcomes.values() for word in (here, there)}


def rows(table: str) -> list[Row]:
    """The rows of one of the tables above."""
    found = []
    for line in table.strip().splitlines()[2:]:
        done, *outcomes = line.split("|")
        salesforce, customerp, order = done.split()
        words = [outcome.split() for outcome in outcomes]
        by_policy = {
            policy: (here, there, note[0] if note else "")
            for policy, (here, there, *note) in zip(POLICIES, words, strict=True)
        }
        found.append(Row(salesforce, customerp, order, by_policy))
    return found
