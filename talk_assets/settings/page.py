"""The page of settings: every environment variable, as Markdown made from its declaration.

`python -m talk_assets.settings.page --write docs/settings.md` writes it, so that page and code cannot say different
things.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from talk_assets.model.markdown import prose, table
from talk_assets.settings.groups import GROUPS
from talk_assets.settings.salesforce import needed_by
from talk_assets.settings.variable import Variable

_HEADER = """# Settings

Every environment variable, made from `talk_assets/settings/` by `make reference`. `talk settings` shows what each is
set to where you stand, where that comes from, and what is wrong with it.

Variables come from the environment, or from a file `.env` in the directory that `talk` is started in; the environment
wins, and a blank one counts as missing. A `.env` with a secret in it must be readable by its owner alone. A secret may
instead be in a file of its own, for its owner alone, that the variable with `_FILE` names.
"""
_COLUMNS = ("Variable", "Default", "Set it to")


def page() -> str:
    """Return the whole page, with a newline at its end."""
    sections = [f"## {title}\n\n{_table(group)}\n" for title, group in GROUPS.items()]
    return "\n".join([_HEADER, *sections])


def _table(group: Sequence[Variable[object]]) -> str:
    return table(_COLUMNS, [(_names(one), _default(one), prose(one.doc)) for one in group])


def _names(variable: Variable[object]) -> str:
    return f"`{variable.name}`, or `{variable.file_name}`" if variable.secret else f"`{variable.name}`"


def _default(variable: Variable[object]) -> str:
    if variable.default:
        return f"`{variable.default}`"
    if variable.optional or variable.default is not None:
        return "none"
    login = needed_by(variable)
    return "required" if login is None else f"required for `{login}`"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the page of settings, or write it to a file."""
    parser = argparse.ArgumentParser(prog="python -m talk_assets.settings.page", description=main.__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="the file to write")
    chosen = parser.parse_args(arguments)
    if chosen.write is None:
        sys.stdout.write(page())
        return
    chosen.write.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
