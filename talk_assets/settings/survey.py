"""What every variable is set to, where that comes from, and what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from talk_assets.settings.groups import GROUPS
from talk_assets.settings.salesforce import problem
from talk_assets.settings.variable import Variable

ENVIRONMENT, FILE, DEFAULT, NOWHERE = "environment", ".env", "default", ""
_PREFIX = "TALK_"


@dataclass(frozen=True, kw_only=True)
class Found:
    """One variable as it stands.

    *value* is what it is set to, in words where it is secret, None where there is nothing; *origin* where that
    comes from; *problem* what is wrong with it and what to do.
    """

    group: str
    name: str
    value: str | None
    origin: str
    problem: str | None


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """A variable that nobody reads; *meant* is the one its name is most like."""

    name: str
    origin: str
    meant: str | None


def survey(process: Mapping[str, str], file: Mapping[str, str]) -> list[Found]:
    """Every variable in the variables of *process* over those of the *file* `.env`, in the order of `GROUPS`."""
    environ = {**file, **process}
    return [_found(group, one, environ, process) for group, members in GROUPS.items() for one in members]


def _found(group: str, variable: Variable[object], environ: Mapping[str, str], process: Mapping[str, str]) -> Found:
    wrong = problem(variable, environ)
    if not variable.is_set(environ):
        value = variable.default or None
        origin = NOWHERE if value is None else DEFAULT
        return Found(group=group, name=variable.name, value=value, origin=origin, problem=wrong)
    held = variable.name if environ.get(variable.name, "").strip() else variable.file_name
    text = environ[held].strip()
    if held != variable.name:
        value = f"what is in {text}"
    elif variable.hides(text):
        value = f"a text of {len(text)} characters"
    else:
        value = text
    return Found(
        group=group, name=variable.name, value=value, origin=ENVIRONMENT if held in process else FILE, problem=wrong
    )


def unknown(process: Mapping[str, str], file: Mapping[str, str]) -> list[Unknown]:
    """The variables that look like ours and are not: a name with a letter wrong is silently without effect."""
    ours = {one.name for members in GROUPS.values() for one in members}
    ours |= {one.file_name for members in GROUPS.values() for one in members if one.secret}
    strange = sorted(name for name in {**file, **process} if name.startswith(_PREFIX) and name not in ours)
    return [
        Unknown(
            name=name,
            origin=ENVIRONMENT if name in process else FILE,
            meant=next(iter(get_close_matches(name, sorted(ours), n=1, cutoff=0.8)), None),
        )
        for name in strange
    ]
