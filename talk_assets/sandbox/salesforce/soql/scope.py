"""Finds the column that a field path means, adding the joins it needs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..errors import ApiError
from ..schema import Catalogue, Field, SObject
from .tree import Path
from .trouble import at_position, no_such_column, no_such_relation

_MAX_PARENTS = 5


@dataclass(frozen=True, kw_only=True)
class Column:
    """A field found: the SQL alias of its table, and the relations that lead there."""

    alias: str
    sobject: SObject
    field: Field
    parents: tuple[str, ...]
    expression: str | None = None

    @property
    def sql(self) -> str:
        """The column in SQL."""
        return self.expression or f"{self.alias}.{self.field.name}"

    def as_expression(self, sql: str, found: Field) -> Column:
        """Return what a function of this column is; *found* says what its values are."""
        return replace(self, expression=sql, field=found)


@dataclass(kw_only=True)
class Scope:
    """The tables of one query: its object and the parents that its paths walk to."""

    text: str
    catalogue: Catalogue
    sobject: SObject
    names: frozenset[str]
    prefix: str = "t"
    joins: list[str] = field(default_factory=list)
    _aliases: dict[tuple[str, ...], tuple[str, SObject]] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The SQL alias of the query's own object."""
        return f"{self.prefix}0"

    def column(self, path: Path) -> Column:
        """Return the column of a path, or raise INVALID_FIELD at its place."""
        *walk, name = path.text.split(".")
        if walk and walk[0].lower() in self.names and walk[0].lower() not in self.sobject.by_relationship:
            walk = walk[1:]
        if len(walk) > _MAX_PARENTS:
            message = "SOQL relationship paths may have at most 5 levels"
            raise ApiError("INVALID_FIELD", at_position(self.text, path.offset, message))
        alias, sobject = self.root, self.sobject
        parents: tuple[str, ...] = ()
        for relation in walk:
            alias, sobject, parents = self._parent(path, alias, sobject, parents, relation)
        found = sobject.field(name)
        if found is None:
            raise no_such_column(self.text, path.offset, name, sobject.name)
        return Column(alias=alias, sobject=sobject, field=found, parents=parents)

    def filterable(self, path: Path, verb: str) -> Column:
        """Return the column of a path that filters, sorts or groups, or refuse long text."""
        column = self.column(path)
        if not column.field.filterable:
            message = f"field '{column.field.name}' can not be {verb} in a query call"
            raise ApiError("INVALID_FIELD", at_position(self.text, path.offset, message))
        return column

    def parent_table(self, parents: tuple[str, ...]) -> tuple[str, SObject]:
        """Return SQL alias and object of a parent that a path walked to."""
        return self._aliases[parents]

    def _parent(
        self, path: Path, alias: str, sobject: SObject, parents: tuple[str, ...], relation: str
    ) -> tuple[str, SObject, tuple[str, ...]]:
        link = sobject.by_relationship.get(relation.lower())
        if link is None or link.relationship is None:
            raise no_such_relation(self.text, path.offset, relation, sobject.name)
        parents = (*parents, link.relationship)
        if parents not in self._aliases:
            parent = self.catalogue[link.refers_to[0]]
            parent_alias = f"{self.prefix}{len(self._aliases) + 1}"
            self.joins.append(f'LEFT JOIN "{parent.name}" {parent_alias} ON {parent_alias}.Id = {alias}.{link.name}')
            self._aliases[parents] = (parent_alias, parent)
        return (*self._aliases[parents], parents)
