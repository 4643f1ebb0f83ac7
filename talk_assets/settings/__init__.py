"""What the environment says: where both ends are, who we are there, where the store lies.

The only package that names environment variables. A variable set in the environment wins over the same
one in `.env`; a blank one counts as missing.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from dotenv import dotenv_values

from talk_assets.model.errors import ConfigurationError
from talk_assets.model.reserve import Reserve
from talk_assets.model.system import System
from talk_assets.settings import variables
from talk_assets.settings.access import CustomerpAccess
from talk_assets.settings.alerting import AlertSettings, MailSettings
from talk_assets.settings.privacy import is_private
from talk_assets.settings.readers import PrivateContacts, Secret
from talk_assets.settings.reporting import ReportSettings
from talk_assets.settings.salesforce import EventBusSettings, SalesforceSettings, problem

__all__ = [
    "AlertSettings",
    "CustomerpAccess",
    "CustomerpSettings",
    "DoorbellSettings",
    "EventBusSettings",
    "MailSettings",
    "PrivateContacts",
    "ReportSettings",
    "SalesforceSettings",
    "Secret",
    "Settings",
    "addresses",
    "customerp_port",
    "customerp_webhook_secret",
    "doorbell_settings",
    "env_file",
    "environment",
    "owners",
    "salesforce_names",
    "store_path",
    "variables_for",
    "with_absolute_paths",
]


@dataclass(frozen=True, kw_only=True)
class CustomerpSettings:
    """Where Customerp is, the key it knows us by, and the name of the port that speaks to it."""

    url: str
    api_key: Secret
    port: str


@dataclass(frozen=True, kw_only=True)
class DoorbellSettings:
    """The longest time between two looks at each end, and the share of Salesforce's calls that looking may use."""

    salesforce_interval: timedelta
    salesforce_share: float
    customerp_interval: timedelta


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a sync is told from outside."""

    salesforce: SalesforceSettings
    customerp: CustomerpSettings
    store: Path
    opportunity_stage: str
    account_for_private_contacts: PrivateContacts
    lookback: timedelta
    ca_file: Path | None
    salesforce_reserve: Reserve
    salesforce_bulk_rows: int
    history_kept: timedelta
    show_values: bool
    journal_kept: timedelta

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read all settings from *environ*; see `environment` for the process's own.

        Raises:
            ConfigurationError: Names every variable that is missing or wrong, and what to do.
        """
        problems = [found for variable in variables.VARIABLES if (found := problem(variable, environ))]
        if problems:
            raise ConfigurationError(
                "The settings are incomplete or wrong. Nothing was read or written.\n"
                + "\n".join(f"  {found}" for found in problems)
                + "\nSet them in the environment or in a file named .env; .env.example shows all of them."
            )
        AlertSettings.from_environment(environ)
        return cls(
            salesforce=SalesforceSettings.from_environment(environ),
            customerp=CustomerpSettings(
                url=variables.CUSTOMERP_URL.value(environ),
                api_key=variables.CUSTOMERP_API_KEY.value(environ),
                port=variables.CUSTOMERP_PORT.value(environ),
            ),
            store=variables.STORE.value(environ),
            opportunity_stage=variables.OPPORTUNITY_STAGE.value(environ),
            account_for_private_contacts=variables.ACCOUNT_FOR_PRIVATE_CONTACTS.value(environ),
            lookback=variables.LOOKBACK_SECONDS.value(environ),
            ca_file=variables.CA_FILE.value(environ),
            salesforce_reserve=variables.SALESFORCE_RESERVE.value(environ),
            salesforce_bulk_rows=variables.SALESFORCE_BULK_ROWS.value(environ),
            history_kept=variables.HISTORY_DAYS.value(environ),
            show_values=variables.SHOW_VALUES.value(environ),
            journal_kept=variables.JOURNAL_DAYS.value(environ),
        )


def environment(directory: Path | None = None) -> dict[str, str]:
    """The process's variables over those of `.env` in *directory* (default: the working directory).

    Raises:
        ConfigurationError: `.env` holds a secret, and others on this machine may read it.
    """
    return env_file(directory) | dict(os.environ)


def env_file(directory: Path | None = None) -> dict[str, str]:
    """The variables of `.env` in *directory* (default: the working directory); none where there is no such file.

    Raises:
        ConfigurationError: It holds a secret, and others on this machine may read it.
    """
    path = (directory or Path()) / ".env"
    # No interpolation: a secret may hold a dollar sign.
    file = dotenv_values(path, interpolate=False)
    held = [one.name for one in variables.VARIABLES if one.secret and (file.get(one.name) or "").strip()]
    if held and not is_private(path):
        raise ConfigurationError(
            f"{path} holds {' and '.join(held)}, and others on this machine may read it. Nothing was read or written. "
            f"Run: chmod 600 {path}"
        )
    return {name: value for name, value in file.items() if value is not None}


def salesforce_names(environ: Mapping[str, str]) -> tuple[str, str]:
    """The name of the field that holds our key in Salesforce, and the API version, for what needs no end.

    Raises:
        ConfigurationError: A variable is wrong.
    """
    try:
        return variables.SALESFORCE_EXTERNAL_ID_FIELD.value(environ), variables.SALESFORCE_API_VERSION.value(environ)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def store_path(environ: Mapping[str, str]) -> Path:
    """Where the store lies, for what needs no end."""
    return variables.STORE.value(environ)


def customerp_port(environ: Mapping[str, str]) -> str:
    """The name of the port that speaks to Customerp, for what needs no end.

    Raises:
        ConfigurationError: The variable is wrong.
    """
    try:
        return variables.CUSTOMERP_PORT.value(environ)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def customerp_webhook_secret(environ: Mapping[str, str]) -> Secret | None:
    """What Customerp signs its webhooks with; None where it sends none.

    Raises:
        ConfigurationError: The variable is wrong.
    """
    try:
        return variables.CUSTOMERP_WEBHOOK_SECRET.value(environ)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def owners(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Who looks after the sync, for what needs no end.

    Raises:
        ConfigurationError: The variable is wrong.
    """
    try:
        return variables.OWNERS.value(environ)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def addresses(environ: Mapping[str, str]) -> dict[System, str]:
    """Where each end is, as far as it is set and set well: for pages, which are shown before anything is."""
    known = {System.SALESFORCE: variables.SALESFORCE_URL, System.CUSTOMERP: variables.CUSTOMERP_URL}
    return {
        system: variable.value(environ)
        for system, variable in known.items()
        if variable.is_set(environ) and variable.problem(environ) is None
    }


def doorbell_settings(environ: Mapping[str, str]) -> DoorbellSettings:
    """How often both ends are asked whether anything moved, for what needs no end yet.

    Raises:
        ConfigurationError: A variable is wrong.
    """
    try:
        return DoorbellSettings(
            salesforce_interval=variables.SALESFORCE_DOORBELL_SECONDS.value(environ),
            salesforce_share=variables.SALESFORCE_DOORBELL_SHARE.value(environ),
            customerp_interval=variables.CUSTOMERP_DOORBELL_SECONDS.value(environ),
        )
    except ValueError as error:
        raise ConfigurationError(str(error)) from error


def variables_for(facts: Mapping[str, Mapping[str, str]], *, store: Path) -> dict[str, str]:
    """The variables that lead to the systems `talk sandbox` announces in its JSON line, and to *store*.

    *facts* is that line, parsed.
    """
    salesforce, customerp = facts["salesforce"], facts["customerp"]
    return {
        variables.SALESFORCE_URL.name: salesforce["url"],
        variables.SALESFORCE_CLIENT_ID.name: salesforce["client_id"],
        variables.SALESFORCE_CLIENT_SECRET.name: salesforce["client_secret"],
        variables.SALESFORCE_EXTERNAL_ID_FIELD.name: salesforce["external_id_field"],
        variables.CUSTOMERP_URL.name: customerp["url"],
        variables.CUSTOMERP_API_KEY.name: customerp["api_key"],
        variables.STORE.name: str(store.absolute()),
        # Nobody else needs the embedded org's calls.
        variables.SALESFORCE_DOORBELL_SECONDS.name: "2",
        # Another org's event bus has nothing to tell of the embedded one.
        variables.SALESFORCE_PUBSUB_URL.name: salesforce.get("event_bus", ""),
    }


def with_absolute_paths(environ: Mapping[str, str]) -> dict[str, str]:
    """*environ* for a process in another working directory."""
    files = [one.file_name for one in variables.VARIABLES if one.secret and environ.get(one.file_name, "").strip()]
    return (
        dict(environ)
        | {name: str(Path(environ[name].strip()).expanduser().absolute()) for name in files}
        | {variables.STORE.name: str(store_path(environ).absolute())}
    )
