"""The kinds of records that users of a simulation work with, and which of their values are traced."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from talk_assets.entities import PAIRS
from talk_assets.model.pair import EntityPair, Guards, Policy, Through
from talk_assets.model.system import System

SALESFORCE, CUSTOMERP = System
FREE = Guards(floor=10**6, clear_floor=10**6, shrink_ratio=1.0)
"""Guards stop large plans before anything happens; what happens is the subject here."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One pair as users see it.

    *hidden* is the property that says who, or what, a record is: set once by its creator, never edited. The
    *texts*, *marks* and *amounts* are traced, all but the marks edited; the *required* ones are never emptied.
    Of what has *marks*, which doubles are recognised by, some is made by hand on both ends. A document has its
    *lines*, and a line its document, *of*. *statuses* are the same ones in each end's words, the first of them
    leave a document's lines free; *refers* are the properties that refer to other records.
    """

    pair: str
    hidden: str
    texts: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    required: frozenset[str] = field(default_factory=frozenset)
    lines: str | None = None
    of: str | None = None
    refers: tuple[str, ...] = ()
    statuses: Mapping[System, tuple[str, ...]] = field(default_factory=dict)

    @property
    def editable(self) -> tuple[str, ...]:
        return (*self.texts, *self.amounts)

    @property
    def traced(self) -> tuple[str, ...]:
        return (*self.texts, *self.marks, *self.amounts)

    def path(self, system: System, name: str) -> str:
        return PAIRS[self.pair].by_name[name].side(system).path

    def through_account(self, system: System, name: str) -> bool:
        return PAIRS[self.pair].by_name[name].side(system).through is Through.ACCOUNT


CONTACT = Kind(
    pair="contact",
    hidden="description",
    texts=("first_name", "last_name", "job_title", "department", "city", "company"),
    marks=("email",),
    required=frozenset({"last_name"}),
)
PRODUCT = Kind(
    pair="product",
    hidden="description",
    texts=("name", "category", "sku"),
    marks=("product_code",),
    required=frozenset({"name"}),
)
ORDER = Kind(
    pair="order",
    hidden="notes",
    texts=("name", "reference", "purchase_order_number"),
    lines="order_line",
    refers=("contact", "ship_to_contact"),
    statuses={SALESFORCE: ("Draft", "Activated"), CUSTOMERP: ("open", "confirmed")},
)
ORDER_LINE = Kind(
    pair="order_line",
    hidden="description",
    amounts=("quantity", "unit_price"),
    required=frozenset({"quantity", "unit_price"}),
    of="order",
    refers=("product",),
)
QUOTE = Kind(
    pair="quote",
    hidden="notes",
    texts=("title",),
    amounts=("tax", "shipping_cost"),
    required=frozenset({"title"}),
    lines="quote_line",
    refers=("contact",),
    statuses={SALESFORCE: ("Draft", "Presented", "Accepted"), CUSTOMERP: ("draft", "sent", "accepted")},
)
QUOTE_LINE = Kind(
    pair="quote_line",
    hidden="description",
    amounts=("quantity", "unit_price"),
    required=frozenset({"quantity", "unit_price"}),
    of="quote",
    refers=("product",),
)
KINDS = {kind.pair: kind for kind in (PRODUCT, CONTACT, QUOTE, QUOTE_LINE, ORDER, ORDER_LINE)}


def pairs_of(names: tuple[str, ...], *, asked: tuple[str, ...] = ()) -> dict[str, EntityPair]:
    """The declared pairs *names* without guards, and without what refers to other pairs.

    A person is asked about conflicts of the properties *asked*.
    """
    return {name: _declared(PAIRS[name], names, asked) for name in PAIRS if name in names}


def _declared(pair: EntityPair, names: tuple[str, ...], asked: tuple[str, ...]) -> EntityPair:
    kept = tuple(
        replace(p, policy=Policy.MANUAL) if p.name in asked else p
        for p in pair.properties
        if p.reference is None or p.reference in names
    )
    return replace(pair, guards=FREE, properties=kept)
