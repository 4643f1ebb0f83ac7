"""A pair is data: one business thing that exists in both systems, declared property by property.

Everything else (the assets, the contracts, the queries and request bodies, the documents) is
generated from these declarations; nothing else lists property names. A wrong declaration fails when
its module is imported, with a message that says what and where.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

import polars as pl

from talk_assets.model.codecs import Codec
from talk_assets.model.system import System
from talk_assets.model.wire import Entity, Field, Wire


class Policy(StrEnum):
    """Who wins when both ends changed one property to different values."""

    LATEST_WINS = "latest_wins"
    SALESFORCE_WINS = "salesforce_wins"
    CUSTOMERP_WINS = "customerp_wins"
    MANUAL = "manual"


class DeletePolicy(StrEnum):
    """What a deletion on one end means for the other.

    keep: the link is flagged and nothing is deleted. propagate: the counterpart is deleted too,
    through a guard. deactivate is a keep whose pair has a property for it.
    """

    KEEP = "keep"
    PROPAGATE = "propagate"


class Through(StrEnum):
    """How a Salesforce value that lives on another record is reached.

    account: the name of the Account the path refers to. opportunity_account: the same, where the
    Account comes from the record's Opportunity. pricebook_entry_price: the price of the product's
    entry in the standard price book. pricebook_entry: a product, written as its entry there.
    """

    ACCOUNT = "account"
    OPPORTUNITY_ACCOUNT = "opportunity_account"
    PRICEBOOK_ENTRY_PRICE = "pricebook_entry_price"
    PRICEBOOK_ENTRY = "pricebook_entry"


@dataclass(frozen=True, kw_only=True)
class Side:
    """How one system holds a property.

    *path* is where it is read; *codec* translates it; *type* is the documented data type. *length*
    is the longest text held. *required* values may not be empty. *on_create* and *on_update* say when
    it may be written. *through* names the other record the value lives on and *write_path* the
    property written where that is not the one read. *fallback_id* fills an
    empty required value with the other end's record id on create; *default* with a constant.
    """

    path: str
    codec: Codec
    type: str
    wire: Wire = Wire.TEXT
    length: int | None = None
    required: bool = False
    on_create: bool = True
    on_update: bool = True
    truncate: bool = False
    through: Through | None = None
    write_path: str | None = None
    fallback_id: bool = False
    default: str | None = None


@dataclass(frozen=True, kw_only=True)
class Property:
    """One thing kept in step.

    *reference* names the pair whose record it refers to. *derived* values are compared, never
    written. *beside* names the property whose canonical value the codecs read along. *must_agree*
    stops the creation of a counterpart where the other end cannot hold the value (a currency).
    """

    name: str
    salesforce: Side
    customerp: Side
    doc: str = ""
    policy: Policy = Policy.LATEST_WINS
    reference: str | None = None
    derived: bool = False
    beside: str | None = None
    must_agree: bool = False

    def side(self, system: System) -> Side:
        """How *system* holds it."""
        return self.salesforce if system is System.SALESFORCE else self.customerp

    @property
    def dtype(self) -> pl.DataType:
        """The canonical column type."""
        return self.salesforce.codec.dtype

    def fold(self, value: pl.Expr) -> pl.Expr:
        """The representative of all values that count as equal across both ends."""
        return self.salesforce.codec.fold(self.customerp.codec.fold(value))

    def writable(self, system: System, *, create: bool) -> bool:
        """Whether *system* takes this property on create, or on update."""
        side = self.side(system)
        return not self.derived and (side.on_create if create else side.on_update)


@dataclass(frozen=True, kw_only=True)
class MatchKey:
    """Properties that identify the same thing in both systems, compared folded.

    *unique* keys link only where each side has exactly one candidate and, unlike the pair's first
    key, several candidates do not send the records to review but fall through to the next key.
    """

    properties: tuple[str, ...]
    ambiguous_is_review: bool = True


@dataclass(frozen=True, kw_only=True)
class StatusRule:
    """What a status allows.

    *property* holds the status. Records are *born* in a status on an end that takes no other at
    creation and are moved in a write of their own once their lines exist. While an end's record is in
    one of *freezes_record* only the status may be written there; in *freezes_lines* its lines, and
    the properties named in *freezes_properties*, are locked there.
    """

    property: str
    born: dict[System, str] = field(default_factory=dict)
    freezes_record: dict[System, frozenset[str]] = field(default_factory=dict)
    freezes_lines: dict[System, frozenset[str]] = field(default_factory=dict)
    freezes_properties: dict[System, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Guards:
    """Limits that stop a changeset before its first write.

    Ratios are of the pair's links, and *first_link_ratio* of those not reconciled before: on how many of these a
    value may be replaced by the other end's. None trips below *floor* changes.
    """

    floor: int = 25
    update_ratio: float = 0.10
    delete_ratio: float = 0.02
    clear_floor: int = 25
    clear_ratio: float = 0.02
    first_link_ratio: float = 0.10
    shrink_ratio: float = 0.20


@dataclass(frozen=True, kw_only=True, eq=False)
class EntityPair:
    """One business thing in both systems; see the module's text for what is generated from it.

    *parent* names the pair these rows are lines of; *salesforce_parent* is the Salesforce property
    that refers to it and *nested_at* where Customerp keeps the lines inside the document;
    *salesforce_children* is the relation's name when lines are created inside their document.
    *salesforce_master* is the Salesforce property that names the record which one was merged into.
    """

    name: str
    doc: str
    salesforce: str
    customerp: str
    properties: tuple[Property, ...]
    salesforce_key: str = "ERP_External_Id__c"
    match: tuple[MatchKey, ...] = ()
    parent: str | None = None
    salesforce_parent: str | None = None
    salesforce_children: str | None = None
    salesforce_master: str | None = None
    nested_at: str | None = None
    status: StatusRule | None = None
    deletes: DeletePolicy = DeletePolicy.KEEP
    guards: Guards = Guards()
    first_link: Policy = Policy.LATEST_WINS
    needs_one_of: dict[System, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the declaration.

        Raises:
            DeclarationError: naming the pair, the property and what is wrong.
        """
        from talk_assets.model.declaration import check_pair  # noqa: PLC0415 - it checks this very type

        check_pair(self)

    @cached_property
    def by_name(self) -> dict[str, Property]:
        """The properties by canonical name."""
        return {p.name: p for p in self.properties}

    @property
    def names(self) -> tuple[str, ...]:
        """Canonical property names, in declaration order."""
        return tuple(p.name for p in self.properties)

    @property
    def references(self) -> tuple[Property, ...]:
        """The properties that refer to other pairs."""
        return tuple(p for p in self.properties if p.reference)

    def resource(self, system: System) -> str:
        """The end's own name for these records."""
        return self.salesforce if system is System.SALESFORCE else self.customerp

    def entity(self, system: System, children: tuple["EntityPair", ...] = ()) -> Entity:
        """What *system* is asked for; *children* are the line pairs kept inside the document there."""
        paths: dict[str, Wire] = {}
        for p in self.properties:
            side = p.side(system)
            if side.through is not Through.PRICEBOOK_ENTRY_PRICE:
                paths.setdefault(side.path, side.wire)
        master = self.salesforce_master if system is System.SALESFORCE else None
        if master is not None:
            paths.setdefault(master, Wire.TEXT)
        nested = tuple(child.entity(system) for child in children if system is System.CUSTOMERP)
        return Entity(
            name=self.name,
            system=system,
            resource=self.resource(system),
            fields=tuple(Field(path=path, wire=wire) for path, wire in paths.items()),
            key_path=self.salesforce_key if system is System.SALESFORCE else "externalKey",
            parent_path=self.salesforce_parent if system is System.SALESFORCE else None,
            nested_at=self.nested_at if system is System.CUSTOMERP else None,
            master_path=master,
            children=nested,
        )
