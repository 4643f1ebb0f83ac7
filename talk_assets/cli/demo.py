"""`talk demo`: the whole product in a few minutes."""

import typer


def demo() -> None:
    """Start both embedded systems, sync them, edit both, and prove that they agree.

    Ends by itself; exit code 0 only if all of it held.
    """
    from talk_assets import demo as demonstration

    raise typer.Exit(demonstration.run())
