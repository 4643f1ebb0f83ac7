"""Where the org is and how to log in there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from talk_assets.model.errors import ConfigurationError
from talk_assets.settings import variables
from talk_assets.settings.readers import LoginMethod, Secret
from talk_assets.settings.variable import Variable

_LOGINS: Mapping[LoginMethod, tuple[str, ...]] = {
    "client_credentials": (variables.SALESFORCE_CLIENT_SECRET.name,),
    "jwt_bearer": (variables.SALESFORCE_USERNAME.name, variables.SALESFORCE_PRIVATE_KEY.name),
    "refresh_token": (variables.SALESFORCE_REFRESH_TOKEN.name,),
}
"""The variables that each way to log in needs."""
_OF_LOGINS = frozenset(name for names in _LOGINS.values() for name in names)


@dataclass(frozen=True, kw_only=True)
class SalesforceSettings:
    """Where the org is and who we are there: what *login* does not need may be None."""

    url: str
    client_id: str
    client_secret: Secret | None
    login: LoginMethod
    username: str | None
    private_key: Secret | None
    audience: str
    refresh_token: Secret | None
    api_version: str
    external_id_field: str

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read them from *environ*.

        Raises:
            ValueError: a variable that is needed is missing, or one is wrong.
        """
        return cls(
            url=variables.SALESFORCE_URL.value(environ),
            client_id=variables.SALESFORCE_CLIENT_ID.value(environ),
            client_secret=variables.SALESFORCE_CLIENT_SECRET.given(environ),
            login=variables.SALESFORCE_LOGIN.value(environ),
            username=variables.SALESFORCE_USERNAME.given(environ),
            private_key=variables.SALESFORCE_PRIVATE_KEY.given(environ),
            audience=variables.SALESFORCE_AUDIENCE.value(environ),
            refresh_token=variables.SALESFORCE_REFRESH_TOKEN.given(environ),
            api_version=variables.SALESFORCE_API_VERSION.value(environ),
            external_id_field=variables.SALESFORCE_EXTERNAL_ID_FIELD.value(environ),
        )


@dataclass(frozen=True, kw_only=True)
class EventBusSettings:
    """Where Salesforce's event bus is, and the *topics* to listen to."""

    url: str
    topics: tuple[str, ...]

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self | None:
        """Read them from *environ*; None where it names no event bus.

        Raises:
            ConfigurationError: A variable is wrong.
        """
        try:
            url = variables.SALESFORCE_PUBSUB_URL.given(environ)
            return None if url is None else cls(url=url, topics=variables.SALESFORCE_PUBSUB_TOPICS.value(environ))
        except ValueError as error:
            raise ConfigurationError(str(error)) from error


def needed_by(variable: Variable[object]) -> LoginMethod | None:
    """The way to log in that needs *variable*; None for one that has nothing to do with it."""
    return next((login for login, names in _LOGINS.items() if variable.name in names), None)


def _is_needed(variable: Variable[object], environ: Mapping[str, str]) -> bool:
    """Whether *variable* is not merely another way to log in than the one chosen in *environ*."""
    if variable.name not in _OF_LOGINS:
        return True
    try:
        return variable.name in _LOGINS[variables.SALESFORCE_LOGIN.value(environ)]
    except ValueError:
        return False  # what is wrong with the choice itself is told by itself


def problem(variable: Variable[object], environ: Mapping[str, str]) -> str | None:
    """What is wrong with *variable* in *environ*, or None; one that the chosen way to log in does not need may lack."""
    if not variable.is_set(environ) and not _is_needed(variable, environ):
        return None
    return variable.problem(environ)
