"""A declaration's fingerprint: the same text for the same declaration, in every process."""

import dataclasses
import hashlib
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache

from talk_assets.model.pair import EntityPair


@lru_cache(maxsize=64)
def of_pair(pair: EntityPair) -> str:
    """The fingerprint of *pair*'s declaration, worked out once a process."""
    return fingerprint(pair)


def fingerprint(declared: object) -> str:
    """Return 16 hexadecimal digits that change when anything *declared* does; sets and mappings have no order."""
    return hashlib.sha256(_text(declared).encode()).hexdigest()[:16]


def _text(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = ",".join(f"{f.name}={_text(getattr(value, f.name))}" for f in dataclasses.fields(value))
        return f"{type(value).__name__}({fields})"
    if isinstance(value, Mapping):
        return "{" + ",".join(sorted(f"{_text(key)}:{_text(part)}" for key, part in value.items())) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ",".join(sorted(_text(part) for part in value)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_text(part) for part in value) + "]"
    return repr(value)
