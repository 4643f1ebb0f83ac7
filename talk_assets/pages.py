"""What every asset's page says besides: who looks after it, where its records are, its code, its age, its tags."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from talk_assets import entities
from talk_assets.model.pair import EntityPair
from talk_assets.model.system import System
from talk_assets.model.wire import Entity

_STALE = dg.FreshnessPolicy.time_window(warn_window=timedelta(minutes=30), fail_window=timedelta(hours=1))
"""Everything is brought into step each quarter of an hour at least: twice missed is worth a look."""
_NIGHTLY = dg.FreshnessPolicy.time_window(warn_window=timedelta(hours=25), fail_window=timedelta(hours=49))
_FRESH = dict.fromkeys(("raw", "mapped", "links", "changesets", "writeback"), _STALE) | {"audit": _NIGHTLY}
"""What is made on demand or once a week is never too old."""
_TABLES = ("raw", "mapped", "links", "changesets")
"""Stages whose assets are tables of their own in the store."""


@dataclass(frozen=True, kw_only=True)
class Pages:
    """What the pages need to know: who looks after the assets, and the *addresses* of the ends that are set."""

    owners: Sequence[str]
    addresses: Mapping[System, str]
    pairs: Mapping[str, EntityPair]
    lookups: Mapping[str, Entity]

    def of(self, asset: dg.AssetsDefinition) -> dg.AssetsDefinition:
        """Return *asset* with all of it."""
        with warnings.catch_warnings():
            # Code references are a beta of Dagster's, of which nobody needs to hear once an asset.
            warnings.simplefilter("ignore", dg.BetaWarning)
            code = _definition(asset)
            return asset.map_asset_specs(lambda spec: self._presented(spec, code))

    def _presented(self, spec: dg.AssetSpec, code: dg.LocalFileCodeReference) -> dg.AssetSpec:
        stage, *rest = spec.key.path
        name, systems = _named(rest[-1] if rest else stage)
        about: dict[str, Any] = {"dagster/code_references": _code(code, self.pairs.get(name))}
        tags = {}
        if name in self.pairs or name in self.lookups:
            tags = {"talk/pair": name} if name in self.pairs else {"talk/lookup": name}
            tags |= {"talk/end": systems[0].value} if len(systems) == 1 else {}
            about |= {f"in_{system}": dg.MetadataValue.url(url) for system, url in self._lists(name, systems)}
        if stage in _TABLES and rest:
            about |= {"dagster/table_name": f"{stage}.{rest[-1]}", "dagster/storage_kind": "duckdb"}
        return spec.replace_attributes(
            owners=list(self.owners),
            metadata=dict(spec.metadata) | about,
            tags=dict(spec.tags) | tags,
            freshness_policy=spec.freshness_policy or _FRESH.get(stage),
        )

    def _lists(self, name: str, systems: Sequence[System]) -> list[tuple[System, str]]:
        """Where a person finds the records of the pair or look-up *name* on each of *systems*."""
        found: list[tuple[System, str]] = []
        for system in systems:
            address = self.addresses.get(system)
            if address is None or (name in self.lookups and self.lookups[name].system is not system):
                continue
            if system is System.SALESFORCE:
                resource = self.lookups[name].resource if name in self.lookups else self.pairs[name].salesforce
                found.append((system, f"{address.rstrip('/')}/lightning/o/{resource}/list"))
            else:
                # Customerp keeps lines inside their documents.
                document = self.pairs[self.pairs[name].parent or name]
                found.append((system, f"{address.rstrip('/')}/api/v1/{document.customerp}"))
        return found


def _named(last: str) -> tuple[str, Sequence[System]]:
    """The pair or look-up that the *last* part of a key names, and the ends it is about."""
    for system in System:
        if last.startswith(f"{system}_"):
            return last.removeprefix(f"{system}_"), [system]
    return last, list(System)


def _definition(asset: dg.AssetsDefinition) -> dg.LocalFileCodeReference:
    """Where the function of *asset* is defined."""
    function: Any = asset.op.compute_fn
    function = getattr(function, "decorated_fn", function)
    function = getattr(function, "__wrapped__", function)
    return dg.LocalFileCodeReference(
        file_path=function.__code__.co_filename, line_number=function.__code__.co_firstlineno, label="what it does"
    )


def _code(code: dg.LocalFileCodeReference, pair: EntityPair | None) -> dg.CodeReferencesMetadataValue:
    """The code that an asset runs, and the declaration it is made from."""
    references: list[dg.LocalFileCodeReference | dg.UrlCodeReference] = [code]
    if pair is not None:
        declared = Path(entities.__file__).with_name(f"{pair.parent or pair.name}.py")
        if declared.exists():
            label = f"declaration of {pair.name}"
            references.insert(0, dg.LocalFileCodeReference(file_path=str(declared), line_number=1, label=label))
    return dg.CodeReferencesMetadataValue(code_references=references)
