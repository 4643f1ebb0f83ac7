"""`talk docs`: what is kept in step, as documents for people."""

from pathlib import Path
from typing import Annotated

import typer

from talk_assets.cli.screen import plain, results
from talk_assets.model.errors import ConfigurationError


def docs(
    *,
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder the documents are written to.")],
) -> None:
    """Write the dataflow documents, one for each direction, in reStructuredText, Markdown and HTML. Calls no end."""
    from talk_assets.reports.documents import write
    from talk_assets.resources import utc_now

    try:
        written = write(out, made_at=utc_now())
    except OSError as error:
        raise ConfigurationError(
            f"The documents cannot be written to {out}: {error.strerror}. Name another folder with --out."
        ) from error
    for path in written:
        results().print(plain(str(path)))
