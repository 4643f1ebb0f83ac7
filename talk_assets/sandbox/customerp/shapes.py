"""What a record is made of: named properties, some of them grouped."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from talk_assets.sandbox.customerp.kinds import Kind, Phone, Reference


@dataclass(frozen=True, kw_only=True)
class Property:
    """One property of a record."""

    name: str
    kind: "Kind | Group"
    required: bool = False
    default: object = None
    derived: bool = False
    """Given by the system; a request that carries it is refused."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """Properties that belong together under one name, such as an address; null when all are."""

    name: str
    properties: tuple[Property, ...]
    by_name: Mapping[str, Property] = field(init=False)
    references: tuple[tuple[str, str], ...] = field(init=False)
    """(property, resource) of each property that refers to a record."""
    required: tuple[str, ...] = field(init=False)
    phones: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        references = tuple(
            (item.name, item.kind.resource) for item in self.properties if isinstance(item.kind, Reference)
        )
        phones = tuple(item.name for item in self.properties if isinstance(item.kind, Phone))
        object.__setattr__(self, "references", references)
        object.__setattr__(self, "phones", phones)
        object.__setattr__(self, "required", tuple(item.name for item in self.properties if item.required))
        object.__setattr__(self, "by_name", {item.name: item for item in self.properties})
