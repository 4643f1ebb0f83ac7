"""CSV as bulk jobs read and write it: a header row, then a row a record.

Source: Bulk API 2.0 Developer Guide, "Prepare CSV Files".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from ..errors import ApiError

DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}


class UnreadableTableError(Exception):
    """The CSV as a whole cannot be loaded; the text is what the failed job says."""


def format_of(asked: dict[str, object]) -> tuple[str, str]:
    """Return the names of delimiter and line ending that a new job asks for, or raise INVALIDJOB."""
    delimiter = asked.get("columnDelimiter") or "COMMA"
    line_ending = asked.get("lineEnding") or "LF"
    if delimiter not in DELIMITERS:
        raise ApiError("INVALIDJOB", f"Unsupported column delimiter: {delimiter}")
    if line_ending not in LINE_ENDINGS:
        raise ApiError("INVALIDJOB", f"Unsupported line ending: {line_ending}")
    if asked.get("contentType") not in {None, "CSV"}:
        raise ApiError("INVALIDJOB", f"Unsupported content type: {asked['contentType']}")
    return str(delimiter), str(line_ending)


def read_table(content: bytes, *, delimiter: str, line_ending: str) -> tuple[list[str], list[list[str]]]:
    """Return header and rows; blank lines are no rows.

    Raises UnreadableTableError if the text is no such CSV, or if its lines end differently than was said.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise UnreadableTableError("ClientInputError : The data is not UTF-8") from failure
    first = text.find("\n")
    if first >= 0 and (text[first - 1 : first] == "\r") != (line_ending == "CRLF"):
        message = f"ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is {line_ending}"
        raise UnreadableTableError(message)
    try:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[delimiter], strict=True)
        header, *rows = [line for line in lines if line] or [[]]
    except csv.Error as failure:
        raise UnreadableTableError(f"ClientInputError : Failed to parse CSV: {failure}") from failure
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            message = f"InvalidBatch : Row {number} has {len(row)} values, the header has {len(header)}"
            raise UnreadableTableError(message)
    return header, rows


def write_table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str = "COMMA", line_ending: str = "LF"
) -> bytes:
    """Return a CSV with every value quoted, as results are: some readers guess the delimiter."""
    text = io.StringIO(newline="")
    writer = csv.writer(
        text, delimiter=DELIMITERS[delimiter], lineterminator=LINE_ENDINGS[line_ending], quoting=csv.QUOTE_ALL
    )
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()
