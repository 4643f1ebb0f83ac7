"""The `dagster.yaml` of a Dagster home: as this version ships it, except where a person changed it.

What was shipped lies beside it, so that after an upgrade one can tell whose each section is: what nobody touched is
brought up to date, what somebody changed, added or took out stays so.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from talk_assets.model.errors import ConfigurationError

FILE, SHIPPED = "dagster.yaml", "dagster.yaml.shipped"
_STORAGES = "# Dagster's own SQLite storages where they are by default, with less work for each question and event."
_MARK = "# in this home: "
_FOLDERS = (
    ("run_storage", "RunStorage", "history"),
    ("event_log_storage", "EventLogStorage", "history/runs"),
    ("schedule_storage", "ScheduleStorage", "schedules"),
)
"""Each section, our class for it, and the folder that Dagster takes by itself."""


def shipped(home: Path) -> str:
    """The file as this version ships it, for a new home there."""
    text = Path(__file__).with_name(FILE).read_text(encoding="utf-8")
    lines = ["", _STORAGES]
    for section, name, folder in _FOLDERS:
        lines += [f"{section}:", "  module: talk_assets.automation.storage", f"  class: {name}", "  config:"]
        lines.append(f"    base_dir: {json.dumps(str(home / folder))}  {_MARK}{folder}")
    return text + "\n".join(lines) + "\n"


def bring_up_to_date(home: Path) -> str:
    """Write, or bring up to date, the file of *home*; return what a person should know of it, or nothing.

    Raises:
        ConfigurationError: the file there cannot be read.
    """
    file, base = home / FILE, home / SHIPPED
    fresh = shipped(home)
    if not file.exists():
        file.write_text(fresh, encoding="utf-8")
        base.write_text(fresh, encoding="utf-8")
        return ""
    present = _moved_to(home, file.read_text(encoding="utf-8"))
    before = _moved_to(home, base.read_text(encoding="utf-8")) if base.exists() else None
    wanted = present
    if before != fresh:
        try:
            wanted = fresh if present == before else merged(present, before, fresh)
        except ValueError as error:
            raise ConfigurationError(
                f"{file} is no YAML: {error}. Nothing was started. Mend it, or remove it to get it as it is shipped."
            ) from None
        base.write_text(fresh, encoding="utf-8")
    if wanted != file.read_text(encoding="utf-8"):
        file.write_text(wanted, encoding="utf-8")
    if fresh in {before, wanted}:
        return ""
    theirs, ours = _values(wanted), _values(fresh)
    differs = sorted(name for name in {*theirs, *ours} if theirs.get(name) != ours.get(name))
    return (
        f"{file} was made for another version. What nobody had changed in it was brought up to date; kept as it was: "
        f"{', '.join(differs)}. {base} is the file as this version ships it."
        if differs
        else ""
    )


def merged(present: str, before: str | None, fresh: str) -> str:
    """The *fresh* file with what a person changed in *present* since it was shipped as *before* (None: unknown).

    Raises:
        ValueError: one of them is no YAML.
    """
    texts, values = _sections(present), _values(present)
    old, new = _values(before or present), _values(fresh)
    unknown = before is None
    parts = []
    for name, text in _sections(fresh).items():
        if name in values and (unknown or name not in old or values[name] != old[name]):
            parts.append(text if values[name] == new[name] else texts[name])
        elif name in values or unknown or name not in old:
            parts.append(text)
    # A section that was shipped once, is not any more and that nobody touched goes with what it belonged to.
    gone = set() if unknown else {name for name in old if name not in new and values.get(name) == old[name]}
    parts += [text for name, text in texts.items() if name not in new and name not in gone]
    return "".join(part if part.endswith("\n") else f"{part}\n" for part in parts)


def _sections(text: str) -> dict[str, str]:
    """The text of each section at the outermost level, with the comments and blank lines above it, in their order."""
    found: dict[str, str] = {}
    waiting = ""
    name = ""
    for line in text.splitlines(keepends=True):
        key = re.match(r"([A-Za-z_]\w*)\s*:", line)
        if key is not None:
            name = key[1]
            found[name] = waiting + line
            waiting = ""
        elif line.startswith((" ", "\t")) and name:
            found[name] += waiting + line
            waiting = ""
        else:
            waiting += line
    if waiting and name:
        found[name] += waiting
    return found


def _values(text: str) -> Mapping[str, Any]:
    import yaml

    try:
        found = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise ValueError(f"{error.problem}, line {mark.line + 1 if mark is not None else '?'}") from None
    return found if isinstance(found, dict) else {}


def _moved_to(home: Path, text: str) -> str:
    """*text* with the databases in the present place of a home that was moved."""
    return re.sub(
        rf"base_dir: .*  {re.escape(_MARK)}(?P<folder>\S+)$",
        lambda line: f"base_dir: {json.dumps(str(home / line['folder']))}  {_MARK}{line['folder']}",
        text,
        flags=re.MULTILINE,
    )
