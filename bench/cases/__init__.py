"""The cases, in the order they run."""

import re
from importlib import import_module
from pkgutil import iter_modules

from bench.case import Case


def cases() -> list[Case]:
    """Every case of every module here: the numbered ones by their numbers, then the others."""
    modules = sorted(found.name for found in iter_modules(__path__, f"{__name__}."))
    return sorted((case for name in modules for case in import_module(name).CASES), key=_place)


def _place(case: Case) -> float:
    numbered = re.match(r"B(\d+)", case.name)
    return float(numbered[1]) if numbered else float("inf")
