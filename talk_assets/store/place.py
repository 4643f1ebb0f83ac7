"""Where a store may be: on a disk of this machine, readable by its owner alone."""

import os
from collections.abc import Iterable
from pathlib import Path

from talk_assets.model.errors import ConfigurationError

NETWORK = frozenset(
    {"afs", "beegfs", "ceph", "cifs", "davfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"}
    | {f"fuse.{kind}" for kind in ("ceph", "davfs2", "gcsfuse", "glusterfs", "rclone", "s3fs", "sshfs")}
)
"""File systems whose locks and writes other machines see late or never."""

_MOUNTS = Path("/proc/self/mounts")
_OTHERS = 0o077


def wal_of(path: Path) -> Path:
    """DuckDB's write-ahead log of the store at *path*."""
    return path.with_name(path.name + ".wal")


def make_private() -> None:
    """Let nobody else read what this process makes from here on.

    DuckDB makes its write-ahead log anew after each checkpoint, so only the process's own mask keeps it private.
    """
    os.umask(_OTHERS)


def check_place(path: Path) -> None:
    """Make sure that the store at *path*, which need not exist yet, may be kept there.

    Raises:
        ConfigurationError: on a network file system, or others of this machine may read it.
    """
    mounts = _MOUNTS.read_text("utf-8", "replace").splitlines() if _MOUNTS.exists() else ()
    kind = filesystem_of(path.absolute(), mounts)
    if kind in NETWORK:
        raise ConfigurationError(
            f"The store {path} is on a network file system ({kind}), where two runs cannot be kept apart. Nothing was "
            "read or written. Point TALK_STORE at a disk of this machine."
        )
    for file in (path, wal_of(path)):
        if file.exists() and file.stat().st_mode & _OTHERS:
            raise ConfigurationError(
                f"Others on this machine may open {file} (mode {file.stat().st_mode & 0o777:04o}), and it holds "
                f"personal data. Nothing was read or written. Run: chmod 600 '{file}'"
            )


def filesystem_of(path: Path, mounts: Iterable[str]) -> str | None:
    """The kind of file system that *path* is on, by the lines of /proc/self/mounts; None if they do not tell."""
    found: tuple[int, str | None] = (-1, None)
    for line in mounts:
        fields = line.split(" ")
        if len(fields) < 3:  # noqa: PLR2004 - device, mount point, kind
            continue
        point = Path(fields[1].encode().decode("unicode_escape"))
        if path.is_relative_to(point) and len(point.parts) >= found[0]:
            found = (len(point.parts), fields[2])
    return found[1]
