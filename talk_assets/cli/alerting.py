"""Alerts of the command line: what a failed `talk sync` tells, and `talk alert`, which tries them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from talk_assets.cli.screen import errors, plain, results
from talk_assets.model.errors import ConfigurationError, PeerUnavailableError, TalkError
from talk_assets.settings import AlertSettings, environment, store_path

if TYPE_CHECKING:
    from pathlib import Path

    from talk_assets.alerts.signs import Sign

COMMAND = "talk sync"


@contextmanager
def told_of_failures() -> Iterator[None]:
    """Tell those whom the settings name when the block fails, and when it is over."""
    settings = AlertSettings.from_environment(environment())
    try:
        yield
    except TalkError as error:
        if settings.are_on:
            _tell(settings, error)
        raise
    if settings.are_on:
        _tell(settings, None)
    if settings.heartbeat is not None:
        _give_sign_of_life(settings.heartbeat.reveal(), settings.ca_file)


def _give_sign_of_life(url: str, ca_file: "Path | None") -> None:
    from talk_assets.alerts.channels import ChannelError, sign_of_life

    try:
        sign_of_life(url, ca_file=ca_file)
    except ChannelError as error:
        errors().print(plain(str(error)))


def _tell(settings: AlertSettings, error: TalkError | None) -> None:
    from talk_assets.alerts.failures import Failure, sign_of, solved_by
    from talk_assets.alerts.told import tell, told_file
    from talk_assets.resources import open_channels, utc_now

    now = utc_now()

    def signs(known: "Sequence[str]") -> "Sequence[Sign]":
        if error is None:
            return solved_by(COMMAND, now, known, everything=False)
        failure = Failure(job=COMMAND, at=now, kind=type(error).__name__, message=str(error))
        return [sign_of(failure, patience=settings.patience)]

    channels = open_channels(settings)
    refused = tell(told_file(store_path(environment())), signs, channels, now=now, repeat=settings.repeat)
    for name, why in refused.items():
        errors().print(plain(f"The alert did not go out by {name}. {why}"))


def alert() -> None:
    """Send a test alert to those whom the settings name, and say what came of it."""
    settings = AlertSettings.from_environment(environment())
    if not settings.are_on:
        raise ConfigurationError(
            "Nobody is named who gets alerts. Nothing was sent. Set TALK_ALERT_WEBHOOK, or TALK_ALERT_EMAIL and "
            "TALK_ALERT_SMTP."
        )
    from talk_assets.alerts.channels import hand_over
    from talk_assets.alerts.standing import Message
    from talk_assets.resources import open_channels

    channels = open_channels(settings)
    text = (
        "This is a test. Nothing is wrong, and nothing is to be done.\nAlerts of failed syncs and checks come this way."
    )
    refused = hand_over(Message(subject="A test alert", text=text, causes=()), channels)
    for name in channels:
        results().print(plain(f"{name}: {refused.get(name, 'sent')}"))
    if refused:
        raise typer.Exit(PeerUnavailableError.exit_code)
