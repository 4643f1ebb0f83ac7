"""A document as one HTML page that needs nothing else to be read, on paper either."""

from importlib import resources

from talk_assets.model.errors import DeclarationError


def page(source: str, *, title: str) -> str:
    """Return the reStructuredText *source* as a page.

    Raises:
        DeclarationError: docutils has something against the text, which is made from the declarations.
    """
    from docutils.core import publish_parts  # noqa: PLC0415 - a heavy import that only documents need
    from docutils.utils import SystemMessage  # noqa: PLC0415 - as above

    settings = {
        "halt_level": 2,
        "report_level": 5,
        "input_encoding": "unicode",
        "output_encoding": "unicode",
        "file_insertion_enabled": False,
        "raw_enabled": False,
        "toc_backlinks": False,
        "embed_stylesheet": False,
        "stylesheet_path": "",
        "initial_header_level": 2,
        "section_self_link": True,
    }
    try:
        parts = publish_parts(source, writer="html5", settings_overrides=settings)
    except SystemMessage as error:
        raise DeclarationError(
            f"The document cannot be made: {error}. Nothing was written of it. Look for markup in the texts of "
            "talk_assets/entities/."
        ) from error
    style = resources.files("talk_assets.reports").joinpath("page.css").read_text(encoding="utf-8")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{parts['html_body']}</body>\n</html>\n"
    )
