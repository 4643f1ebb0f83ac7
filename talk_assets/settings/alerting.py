"""Who is told of a failure, how, and of which; nobody unless it is set."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from talk_assets.model.errors import ConfigurationError
from talk_assets.settings import alert_variables, variables
from talk_assets.settings.readers import MailServer, Secret


@dataclass(frozen=True, kw_only=True)
class MailSettings:
    """Whom alerts are mailed to, from whom and by which server; *user* and *password* where it wants a login."""

    to: tuple[str, ...]
    sender: str
    server: MailServer
    user: str | None
    password: Secret | None


@dataclass(frozen=True, kw_only=True)
class AlertSettings:
    """The channels, each None where it is off, and what is worth an alert.

    *repeat* is when an alert is sent again while its cause stands (0: never), *patience* how long what may pass by
    itself must last, *quarantine* the number of records in quarantine that is worth one (0: none). *ui_url* is where
    the Dagster UI is, *heartbeat* an address that is asked for while all is well, *ca_file* has authorities to trust
    besides the usual.
    """

    webhook: Secret | None
    mail: MailSettings | None
    repeat: timedelta
    patience: timedelta
    quarantine: int
    ui_url: str | None
    heartbeat: Secret | None
    ca_file: Path | None

    @property
    def are_on(self) -> bool:
        """Whether anybody is told."""
        return self.webhook is not None or self.mail is not None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read them from *environ*.

        Raises:
            ConfigurationError: a variable is wrong, or one lacks another.
        """
        try:
            return cls(
                webhook=alert_variables.WEBHOOK.given(environ),
                mail=_mail(environ),
                repeat=alert_variables.REPEAT_HOURS.value(environ),
                patience=alert_variables.AFTER_MINUTES.value(environ),
                quarantine=alert_variables.QUARANTINE.value(environ),
                ui_url=alert_variables.UI_URL.given(environ),
                heartbeat=alert_variables.HEARTBEAT.given(environ),
                ca_file=variables.CA_FILE.value(environ),
            )
        except ValueError as error:
            raise ConfigurationError(f"{error} No alert was sent.") from None


def _mail(environ: Mapping[str, str]) -> MailSettings | None:
    to = alert_variables.EMAIL.given(environ)
    server = alert_variables.SMTP.given(environ)
    if to is None and server is None:
        return None
    if to is None or server is None:
        raise ValueError(
            f"{alert_variables.EMAIL.name} and {alert_variables.SMTP.name} go together, and one of them is not set. "
            "Set both, or neither."
        )
    user, password = alert_variables.SMTP_USER.given(environ), alert_variables.SMTP_PASSWORD.given(environ)
    if (user is None) is not (password is None):
        raise ValueError(
            f"{alert_variables.SMTP_USER.name} and {alert_variables.SMTP_PASSWORD.name} go together, and one of them "
            "is not set. Set both, or neither."
        )
    sender = alert_variables.SENDER.given(environ) or to
    return MailSettings(to=to, sender=sender[0], server=server, user=user, password=password)
