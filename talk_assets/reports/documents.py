"""The dataflow documents as files: reStructuredText, Markdown, and HTML made from the former."""

import html
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from talk_assets.model.markdown import table
from talk_assets.model.system import System
from talk_assets.reports.dataflow import COLUMNS, Document, document
from talk_assets.reports.page import page

_CODE = re.compile(r"`([^`]*)`")
_SPECIAL = re.compile(r"[\\*`|]|_(?=\W|$)")
"""What would be markup in reStructuredText."""


def write(folder: Path, *, made_at: datetime) -> list[Path]:
    """Write both documents, each in three forms, into *folder*; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for origin in System:
        made = document(origin, made_at=made_at)
        source = as_rst(made)
        for ending, text in (("rst", source), ("md", as_markdown(made)), ("html", page(source, title=made.title))):
            path = folder / f"{made.name}.{ending}"
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written


def as_markdown(made: Document) -> str:
    """Return *made* in Markdown."""
    contents = "\n".join(f"- [{_bare(one.title)}](#{one.name})" for one in made.sections)
    parts = [f"# {made.title}", _stamp(made), *made.about, contents]
    for one in made.sections:
        said = [f"- **{name}**: {text}" for name, text in one.rules]
        parts += [f'<a id="{one.name}"></a>', f"## {one.title}", one.about, "\n".join(said)]
        parts.append(table(COLUMNS, one.rows))
    return "\n\n".join(parts) + "\n"


def as_rst(made: Document) -> str:
    """Return *made* in reStructuredText, with nothing that docutils alone would not understand."""
    parts = [
        _heading(made.title, "=", above=True),
        _rst(_stamp(made)),
        *(_rst(text) for text in made.about),
        "\n".join(f"* `{_rst(_bare(one.title))} <{one.name}_>`__" for one in made.sections),
    ]
    for one in made.sections:
        parts += [f".. _{one.name}:", _heading(_rst(one.title), "-"), _rst(one.about)]
        parts.append("\n\n".join(f"{name}\n   {_rst(text)}" for name, text in one.rules))
        parts.append("\n".join(_list_table([COLUMNS, *one.rows])))
    return "\n\n".join(parts) + "\n"


def _stamp(made: Document) -> str:
    day = made.made_at.strftime("%Y-%m-%d %H:%M %Z").strip()
    return f"Made on {day} from the declarations of version `{made.version}`."


def _heading(text: str, line: str, *, above: bool = False) -> str:
    rule = line * len(text)
    return f"{rule}\n{text}\n{rule}" if above else f"{text}\n{rule}"


def _list_table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from (".. list-table::", "   :header-rows: 1", "   :class: properties", "")
    for row in rows:
        for place, cell in enumerate(row):
            yield f"   {'* -' if place == 0 else '  -'} {_rst(cell)}"


def _rst(text: str) -> str:
    """Our Markdown as reStructuredText: code spans, and text in which nothing is markup."""
    parts = [html.unescape(part.replace("\\|", "|")) for part in _CODE.split(text)]
    for place, part in enumerate(parts):
        if place % 2:
            parts[place] = f"``{part}``"
            continue
        told = _SPECIAL.sub(r"\\\g<0>", part)
        # A code span may not touch a word; an escaped space is none.
        after = "\\ " if place and part[:1].isalnum() else ""
        before = "\\ " if place + 1 < len(parts) and part[-1:].isalnum() else ""
        parts[place] = f"{after}{told}{before}"
    return "".join(parts)


def _bare(text: str) -> str:
    return text.replace("`", "")
