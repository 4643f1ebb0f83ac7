"""The cases, in the order they run; their numbers are the order in which they are told."""

from importlib import import_module
from pkgutil import iter_modules

from bench.case import Case


def cases() -> list[Case]:
    """Every case of every module here."""
    modules = sorted(found.name for found in iter_modules(__path__, f"{__name__}."))
    return [case for name in modules for case in import_module(name).CASES]
