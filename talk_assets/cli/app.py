"""The frame: the commands, the version, the exit code."""

import os
from typing import Annotated

import typer

from talk_assets.cli import (
    alerting,
    audit,
    backup,
    conflicts,
    conformance,
    demo,
    docs,
    doctor,
    explain,
    held,
    history,
    quarantine,
    report,
    resolve,
    review,
    salesforce,
    sandbox,
    settings,
    status,
    sync,
    up,
    verify,
)
from talk_assets.cli.failures import Explained
from talk_assets.model.disclosure import redact_logs

app = typer.Typer(
    name="talk",
    help="Keep Salesforce and Customerp in step, both ways.",
    epilog="Exit codes: 0 all applied; 1 finished, some records held; 2 configuration or permission; "
    "3 a guard stopped before writing; 4 an end unavailable; 5 another process holds the store; "
    "6 the store is damaged or another org's; 7 a bug.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback shows record values and secrets in local variables; `Explained` prints what may be seen.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    demo.demo,
    sync.sync,
    sync.plan,
    status.status,
    conflicts.conflicts,
    resolve.resolve,
    review.review,
    review.link,
    review.unlink,
    review.separate,
    quarantine.quarantine,
    held.held,
    held.retry,
    held.release,
    history.history,
    explain.explain,
    report.report,
    alerting.alert,
    doctor.doctor,
    settings.settings,
    audit.audit,
    docs.docs,
    backup.backup,
    backup.restore,
    up.up,
    sandbox.sandbox,
    verify.verify,
):
    app.command()(command)
app.command("keep-apart", help="The same as `talk separate`: say that two records are two things.")(review.separate)
app.add_typer(conformance.conformance, name="conformance")
app.add_typer(conformance.contract, name="customerp")
app.add_typer(salesforce.salesforce, name="salesforce")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"talk {version('talk-assets')}")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    *,
    traceback: Annotated[
        bool, typer.Option("--traceback", help="Show the Python traceback of a bug; it may hold record values.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    explained = context.find_object(Explained)
    if explained is not None:
        explained.traceback = traceback


def main() -> None:
    """Run the command line; ends the process."""
    # The store, its copies and logs hold personal data: nobody else on the machine may read them.
    os.umask(0o077)
    redact_logs()
    with Explained() as explained:
        app(obj=explained)
