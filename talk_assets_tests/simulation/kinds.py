"""The kinds of records that users of a simulation work with, and which of their values are traced."""

from dataclasses import dataclass, field, replace

from talk_assets.entities import PAIRS
from talk_assets.model.pair import EntityPair, Guards, Through
from talk_assets.model.system import System

FREE = Guards(floor=10**6, clear_floor=10**6, shrink_ratio=1.0)
"""Guards stop large plans before anything happens; what happens is the subject here."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One pair as users see it.

    *hidden* is the property that says who, or what, a record is: set once by its creator, never edited. The
    *texts*, *mails* and *amounts* are traced, all but the mails edited; the *required* ones are never emptied.
    Some of what is made *by_hand* is made on both ends.
    """

    pair: str
    hidden: str
    texts: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    required: frozenset[str] = field(default_factory=frozenset)
    by_hand: bool = False

    @property
    def editable(self) -> tuple[str, ...]:
        return (*self.texts, *self.amounts)

    @property
    def traced(self) -> tuple[str, ...]:
        return (*self.texts, *self.mails, *self.amounts)

    def path(self, system: System, name: str) -> str:
        return PAIRS[self.pair].by_name[name].side(system).path

    def through_account(self, system: System, name: str) -> bool:
        return PAIRS[self.pair].by_name[name].side(system).through is Through.ACCOUNT


CONTACT = Kind(
    pair="contact",
    hidden="description",
    texts=("first_name", "last_name", "job_title", "department", "city", "company"),
    mails=("email",),
    required=frozenset({"last_name"}),
    by_hand=True,
)
PRODUCT = Kind(
    pair="product",
    hidden="description",
    texts=("name", "category", "sku"),
    required=frozenset({"name"}),
)
ORDER = Kind(
    pair="order",
    hidden="notes",
    texts=("name", "reference", "purchase_order_number"),
)
ORDER_LINE = Kind(
    pair="order_line",
    hidden="description",
    amounts=("quantity", "unit_price"),
    required=frozenset({"quantity", "unit_price"}),
)
KINDS = {kind.pair: kind for kind in (CONTACT, PRODUCT, ORDER, ORDER_LINE)}


def pairs_of(names: tuple[str, ...]) -> dict[str, EntityPair]:
    """The declared pairs *names* without guards; all pairs where orders are among them, as these refer to quotes."""
    wanted = names if "order" not in names else tuple(PAIRS)
    return {name: replace(PAIRS[name], guards=FREE) for name in PAIRS if name in wanted}
