"""The contract as it is published: the same sentences that are tried, as a text and in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from talk_assets.conformance.chapters import CHAPTERS, SENTENCES
from talk_assets.conformance.sentences import CAPABILITIES, Sentence

_TITLE = "The Customerp contract, version 1"
_ABOUT = """\
What an ERP must offer to be kept in step with Salesforce. Each sentence has an id; `talk conformance customerp` tries
them on any server and names those that do not hold. `talk customerp contract --openapi` prints the same as OpenAPI.

Not every ERP can do everything. Where a sentence names a capability, a server that declares it as lacking under
`capabilities` of `GET /api/v1/` need not keep it; every other sentence holds for all."""


def as_markdown() -> str:
    """Return the whole contract as a page of Markdown."""
    parts = [f"# {_TITLE}", _ABOUT]
    for chapter in CHAPTERS:
        rows = ["| id | sentence | capability |", "| --- | --- | --- |", *map(_row, chapter.sentences)]
        parts += [f"## {chapter.title}", *([chapter.about] if chapter.about else []), "\n".join(rows)]
    listed = [f"- `{name}`: {meaning}" for name, meaning in CAPABILITIES.items()]
    return "\n\n".join([*parts, "## Capabilities", "\n".join(listed)]) + "\n"


def in_openapi(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return an OpenAPI *document* of the API with the sentences in it, under `x-contract`."""
    sentences = [
        {"id": one.id, "text": one.text} | ({"capability": one.capability} if one.capability else {})
        for one in SENTENCES
    ]
    return {**document, "x-contract": {"title": _TITLE, "sentences": sentences, "capabilities": CAPABILITIES}}


def _row(sentence: Sentence) -> str:
    capability = f"`{sentence.capability}`" if sentence.capability else "—"
    return f"| `{sentence.id}` | {sentence.text.replace('|', chr(92) + '|')} | {capability} |"
