"""Which properties an end shows: one that it shows anew is read of all records, not only of those that move.

What was hidden while a record was read is unknown until it is read again. Salesforce describes what it shows.
Of an end that does not, a record that shows what others are known to lack tells.
"""

import json
from collections.abc import Iterable

import polars as pl

from talk_assets.model.wire import NOT_SHOWN, Entity
from talk_assets.session import Session
from talk_assets.store import raw
from talk_assets.systems.port import Page, SystemPort


class Shown:
    """Follows one fetch of *entity*; call `keep` in the transaction that keeps its rows."""

    def __init__(self, session: Session, entity: Entity, port: SystemPort) -> None:
        self._db = session.db
        self._entity = entity
        self._described = port.shown(entity)
        self._key = f"shown_{entity.system}_{entity.name}"
        self._seen: dict[str, set[str]] = {one.name: set() for one in (entity, *entity.children)}

    def is_more(self) -> bool:
        """Whether the end shows a property that it did not show when it was last read."""
        known = self._known()
        return self._described is not None and known is not None and not self._described <= known

    def is_absent(self) -> bool:
        """Whether the end has nothing of this kind at all, as an org whose feature is switched off."""
        return self._described is not None and not self._described

    def note(self, page: Page) -> None:
        """Take from a page what its records show."""
        if self._described is not None:
            return
        for name, paths in self._seen.items():
            frame = page.frames.get(name)
            if frame is not None and frame.height:
                hides = (pl.col(path) == NOT_SHOWN for path in self._paths(name))
                everywhere = frame.select(hide.fill_null(value=False).all() for hide in hides).row(0, named=True)
                paths.update(path for path, hidden in everywhere.items() if not hidden)

    def keep(self, *, swept: bool) -> None:
        """Remember what is shown; where records tell of more than others are known to show, all are read next time."""
        if self._described is not None:
            self._remember(self._described)
            return
        lacking = {
            f"{one.name}/{path}"
            for one in (self._entity, *self._entity.children)
            if self._seen[one.name]
            for path in raw.hidden_paths(self._db, one, anew=swept) & self._seen[one.name]
        }
        if swept:
            # Even a whole read leaves it out of some: this end shows it of some records only.
            self._remember(lacking)
        elif lacking - (self._known() or set()):
            raw.read_anew(self._db, self._entity)

    def _paths(self, name: str) -> Iterable[str]:
        return next(one.paths for one in (self._entity, *self._entity.children) if one.name == name)

    def _known(self) -> set[str] | None:
        text = self._db.meta(self._key)
        return None if text is None else set(json.loads(text))

    def _remember(self, names: Iterable[str]) -> None:
        text = json.dumps(sorted(names))
        if text != self._db.meta(self._key):
            self._db.set_meta(self._key, text)
