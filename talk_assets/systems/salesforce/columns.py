"""Which of an entity's properties the org has, learned from its descriptions.

Orgs differ: some have no e-mail opt-out, units or currencies, and permissions hide fields as if the org had
none. What is not described is read as `NOT_SHOWN` and never written, except that the org's one currency is
filled in where records carry none.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from threading import Lock
from typing import Any

from talk_assets.model.changes import Write
from talk_assets.model.errors import ConfigurationError
from talk_assets.model.shape import ObjectShape
from talk_assets.model.wire import NOT_SHOWN, Entity, Wire
from talk_assets.systems import records
from talk_assets.systems.listing import Listing
from talk_assets.systems.salesforce.ids import id_of
from talk_assets.systems.salesforce.places import codes_of, with_codes, with_names
from talk_assets.systems.salesforce.remembered import Remembered
from talk_assets.systems.salesforce.rest import Rest
from talk_assets.systems.salesforce.shapes import shape_of

CURRENCY = "CurrencyIsoCode"
EDITOR = "LastModifiedById"
"""Who changed a record last: how our own write is told from a later one when it is read back."""
LAYOUT = records.Layout(id="Id", stamp="SystemModstamp", version="SystemModstamp", deleted="IsDeleted", id_of=id_of)


class Columns:
    """Describes each object once, and all *expected* ones at the first that is asked for."""

    def __init__(self, *, rest: Rest, currency: Callable[[], str | None], remembered: Remembered | None = None) -> None:
        self._rest = rest
        self._currency = currency
        self._lock = Lock()
        self._remembered = remembered or Remembered()
        self._expected: list[str] = []

    def expect(self, resources: Iterable[str]) -> None:
        """Tell which objects will be asked for, at most 25."""
        self._expected = list(dict.fromkeys(resources))

    def names(self, entity: Entity) -> list[str]:
        """Return the names to ask for, each once."""
        shown = self.shown(entity)
        own = [LAYOUT.id, LAYOUT.deleted, LAYOUT.stamp, *self._named(entity)]
        codes = codes_of(shown, self.of(entity)).values()
        return list(dict.fromkeys([*own, *(path for path in entity.paths if path in shown), *sorted(codes)]))

    def shown(self, entity: Entity) -> frozenset[str]:
        """Return the paths of *entity* that the object has, none where the org lacks the object.

        What is reached through another object counts as there.
        """
        if self._described(entity) is None:
            return frozenset()
        known = self.of(entity)
        return frozenset(path for path in entity.paths if "." in path or path in known)

    def names_with_editor(self, entity: Entity) -> list[str]:
        """Return the names to ask for, with who changed the record last where the object tells."""
        return [*self.names(entity), *([EDITOR] if EDITOR in self.of(entity) else [])]

    def decode(self, entity: Entity, found: Sequence[Any] | Listing) -> records.Decoded:
        """Return records of *entity* as a raw frame, constants filled in."""
        codes = codes_of(entity.paths, self.of(entity))
        if codes:
            rows = found if isinstance(found, Sequence) else [found.record(place) for place in range(len(found))]
            found = [with_names(record, codes) for record in rows]
        return records.decode(entity, found, LAYOUT, constants=self._constants(entity))

    def wires(self, entity: Entity) -> dict[str, Wire]:
        """Return the JSON kinds of what `names` lists, where they are not text."""
        return records.wires_of(entity) | {LAYOUT.deleted: Wire.BOOLEAN}

    def body(self, entity: Entity, write: Write) -> dict[str, Any]:
        """Return the properties of a record to write, key and owning document included on create.

        Raises:
            ValueError: a value is not of its declared kind.
        """
        return records.encode(self.texts(entity, write), records.wires_of(entity))

    def texts(self, entity: Entity, write: Write) -> dict[str, str | None]:
        """Return what `body` has, as wire text."""
        known = self.of(entity)
        values = {path: text for path, text in write.values.items() if path in known}
        values = with_codes(values, self.shape(entity).fields)
        if write.key is not None and entity.key_path is not None:
            values[entity.key_path] = write.key
        if write.parent_id is not None and entity.parent_path is not None and write.id is None:
            values[entity.parent_path] = write.parent_id
        return values

    def of(self, entity: Entity) -> Collection[str]:
        """Return the names of the object's fields.

        Raises:
            ConfigurationError: as `shape`.
        """
        return self.shape(entity).fields.keys()

    def shape(self, entity: Entity) -> ObjectShape:
        """Return the object as the org describes it to us.

        Raises:
            ConfigurationError: the org lacks the object, or the field that carries our key.
        """
        known = self._described(entity)
        if known is None:
            raise ConfigurationError(
                f"The Salesforce org has no object {entity.resource}, or the integration user may not see it. "
                "Nothing of it was read or written. Turn the feature on and assign the permission set."
            )
        for name in self._named(entity):
            if name not in known.fields:
                raise ConfigurationError(
                    f"The Salesforce object {entity.resource} has no field {name}, or the integration user "
                    "may not see it. Nothing of it was read or written. Deploy the field and its permission set."
                )
        return known

    def _named(self, entity: Entity) -> list[str]:
        return [name for name in (entity.key_path, entity.parent_path) if name is not None]

    def _constants(self, entity: Entity) -> Mapping[str, str | None]:
        known = self.of(entity)
        return {
            path: (self._currency() if path == CURRENCY else None) or NOT_SHOWN
            for path in entity.paths
            if "." not in path and path not in known and path != entity.master_path
        }

    def _described(self, entity: Entity) -> ObjectShape | None:
        with self._lock:
            known = self._remembered.shapes
            if entity.resource not in known:
                wanted = [name for name in self._expected if name not in known]
                if len(wanted) > 1 and entity.resource in wanted:
                    found = self._rest.describe_all(wanted)
                else:
                    found = {entity.resource: self._rest.describe(entity.resource)}
                for name, told in found.items():
                    self._remembered.know(name, None if told is None else shape_of(told))
            return known[entity.resource]
