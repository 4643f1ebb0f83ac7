"""Shapes by name or from a TOML file."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import msgspec

from .shape import OrgShape, ShapeError

_NAMED = files(__package__).joinpath("named")


def named_shapes() -> dict[str, OrgShape]:
    """Return the shapes that come with the sandbox, by name."""
    found = sorted((entry for entry in _NAMED.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return {entry.name.removesuffix(".toml"): _shape(entry.read_text("utf-8"), entry.name) for entry in found}


def read_shape(text: str) -> OrgShape:
    """Return the shape named *text*, or the one in the TOML file at that path.

    Raises:
        ShapeError: there is none, or it cannot be one.
    """
    named = named_shapes()
    if text in named:
        return named[text]
    path = Path(text)
    if path.suffix != ".toml" or not path.is_file():
        raise ShapeError(f"There is no org shape '{text}'. Name a .toml file, or one of {', '.join(named)}.")
    return _shape(path.read_text("utf-8"), text)


def _shape(text: str, origin: str) -> OrgShape:
    try:
        return msgspec.convert(tomllib.loads(text), type=OrgShape)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ShapeError(f"The org shape {origin} cannot be read: {error}.") from error
