"""The `talk` command: one module a command, and the frame they run in."""

from talk_assets.cli.app import main

__all__ = ["main"]
