"""`talk conformance customerp` and `talk customerp contract`: the published contract, and whether a server keeps it."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from talk_assets.cli.screen import cell, errors, plain, progress, results, table
from talk_assets.model.errors import ConfigurationError, PeerUnavailableError
from talk_assets.settings import CustomerpAccess, environment

if TYPE_CHECKING:
    from talk_assets.conformance.run import Findings
    from talk_assets.conformance.server import Login

conformance = typer.Typer(help="Test a server against the contract that is published here.", no_args_is_help=True)
contract = typer.Typer(help="What an ERP must offer to be kept in step.", no_args_is_help=True)


@conformance.callback()
def _conformance() -> None:
    """Keep `customerp` a command of its own."""


@contract.callback()
def _contract() -> None:
    """Keep `contract` a command of its own."""


@conformance.command("customerp")
def examined(
    *,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="The server, without /api/v1. Default: TALK_CUSTOMERP_URL."),
    ] = None,
    api_key_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A file for you alone with the API key. Default: TALK_CUSTOMERP_API_KEY, or its _FILE.",
        ),
    ] = None,
    client_id: Annotated[
        str | None, typer.Option(metavar="ID", help="An OAuth client, to try the sentences on tokens as well.")
    ] = None,
    client_secret_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file for you alone with that client's secret.")
    ] = None,
    read_only: Annotated[bool, typer.Option("--read-only", help="Try only the sentences that need no write.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before records are made.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Try every sentence of the contract on a server, and say what holds, what does not and what to declare.

    Makes some 200 records, marked as such, and deletes them again. Ends with 1 if a sentence does not hold.
    """
    if (client_id is None) != (client_secret_file is None):
        raise ConfigurationError(
            "An OAuth client is its id and its secret. Nothing was tried. Give both --client-id and "
            "--client-secret-file, or neither."
        )
    access = CustomerpAccess.given(
        environment(), url=base_url, api_key_file=api_key_file, client_secret_file=client_secret_file
    )
    from talk_assets.conformance.server import Login

    secret = access.client_secret
    login = Login(
        url=access.url,
        key=access.api_key.reveal(),
        client=None if client_id is None or secret is None else (client_id, secret.reveal()),
    )
    if not read_only:
        _announce(login, yes=yes)
    found = _found(login, ca_file=access.ca_file, read_only=read_only)
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        _show(found)
    raise typer.Exit(0 if found.conforms else 1)


@contract.command("contract")
def published(
    *, openapi: Annotated[bool, typer.Option("--openapi", help="As an OpenAPI 3.1 document, in JSON.")] = False
) -> None:
    """Print the contract, sentence by sentence, in Markdown. Calls no end."""
    from talk_assets.conformance.contract import as_markdown, in_openapi

    if not openapi:
        typer.echo(as_markdown(), nl=False)
        return
    from talk_assets.sandbox.customerp.openapi import openapi_document

    typer.echo(json.dumps(in_openapi(openapi_document()), indent=2, ensure_ascii=False))


def _announce(login: "Login", *, yes: bool) -> None:
    errors().print(
        plain(
            f"This makes some 200 contacts, products, quotes and orders on {login.url} and deletes them again. "
            "They are named Conformance, and most have an externalKey that begins with 'conformance-'. Their "
            "tombstones, and the numbers that the server gave to quotes and orders, stay. Use a test system; "
            "--read-only makes nothing."
        )
    )
    if not yes and sys.stdin.isatty():
        typer.confirm("Go on?", abort=True, err=True)


def _found(login: "Login", *, ca_file: Path | None, read_only: bool) -> "Findings":
    from talk_assets.conformance.findings import RefusedError, UnreachableError
    from talk_assets.conformance.run import examine, opened

    try:
        client = opened(ca_file)
    except OSError as error:
        raise ConfigurationError(
            f"TALK_CA_FILE names {ca_file}, which cannot be used: {error.strerror}. Nothing was tried. "
            "Name a file of PEM certificates."
        ) from error
    try:
        with client as http, progress("asking the server") as say:
            return examine(login, http=http, read_only=read_only, progress=say if errors().is_terminal else None)
    except UnreachableError as error:
        raise PeerUnavailableError(f"{error} Nothing was tried. Check the URL, and that the server runs.") from error
    except RefusedError as error:
        raise ConfigurationError(f"{error} Nothing was tried. Check the key.") from error


def _show(found: "Findings") -> None:
    console = results()
    console.print(_verdicts(found))
    console.print()
    told = {outcome: sum(one.outcome == outcome for one in found.verdicts) for outcome in _MARKS}
    counts = ", ".join(f"{count} {_MARKS[outcome][0]}" for outcome, count in told.items() if count)
    console.print(
        plain(f"{len(found.verdicts)} sentences: {counts}. {found.made} records were made and deleted again.")
    )
    if found.left:
        console.print(plain(f"Could not be deleted: {', '.join(found.left)}. Delete them by hand.", style="bold"))
    lacking = [name for name, there in found.capabilities().items() if there is False]
    if lacking:
        console.print(plain(f"To declare as lacking under `capabilities` of GET /api/v1/: {', '.join(lacking)}."))
    if found.lag:
        console.print(plain(f"Records were found {found.lag:.0f} s after they were made: declare visibility_lag."))
    console.print("The server keeps the contract." if found.conforms else "The server does not keep the contract.")


_MARKS = {
    "holds": ("hold", "green"),
    "broken": ("do not hold", "bold red"),
    "lacking": ("are declared as lacking", "yellow"),
    "untried": ("were not tried", "dim"),
}


def _verdicts(found: "Findings") -> Table:
    rows = table("", "sentence", "says, and what was seen instead", fixed=2)
    for verdict in found.verdicts:
        said = plain(verdict.sentence.text)
        if verdict.seen:
            said.append_text(plain(f"\n{verdict.seen}", style=_MARKS[verdict.outcome][1]))
        rows.add_row(plain(verdict.outcome.value, style=_MARKS[verdict.outcome][1]), cell(verdict.sentence.id), said)
    return rows
