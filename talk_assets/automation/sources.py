"""The files that this process has imported and a person may change: those outside the installed packages, and ours."""

import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

_INSTALLED = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})
_OURS = "talk_assets"


def sources() -> dict[str, float]:
    """When each of them was last changed, in seconds since 1970; 0 for one that is gone."""
    paths = [(name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]
    return {
        path: _changed(path)
        for name, path in paths
        if path is not None and (name.partition(".")[0] == _OURS or not path.startswith(_INSTALLED))
    }


def have_changed(since: Mapping[str, float]) -> bool:
    """Whether one of *since*, an earlier answer of `sources`, is not as it was."""
    return any(_changed(path) != changed for path, changed in since.items())


def _changed(path: str) -> float:
    try:
        return Path(path).stat().st_mtime
    except OSError:
        return 0.0
