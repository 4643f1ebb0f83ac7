"""Where alerts go: an incoming webhook, and e-mail."""

import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from talk_assets.alerts.standing import Message
from talk_assets.model.disclosure import redacted

_SECONDS = 10.0
_LONGEST = 3500
"""Slack cuts longer texts into several messages."""
_OK = range(200, 300)
PREFIX = "[Talk Assets]"


class ChannelError(Exception):
    """An alert could not be handed over; the text says why, without a secret."""


Channel = Callable[[Message], None]
"""Hands a message over. Raises `ChannelError`."""


def webhook(url: str, *, ca_file: Path | None = None) -> Channel:
    """Return the channel that posts ``{"text": ...}`` to *url*, as Slack's incoming webhooks take it."""

    def send(message: Message) -> None:
        import httpx  # noqa: PLC0415 - only who sends needs it

        text = f"*{PREFIX}* {message.text}"
        for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
            text = text.replace(character, entity)
        body = {"text": text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"}
        try:
            answer = httpx.post(url, json=body, timeout=_SECONDS, verify=_trust(ca_file), follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise ChannelError(f"The webhook was not reached: {type(error).__name__}.") from None
        if answer.status_code not in _OK:
            raise ChannelError(f"The webhook answered with status {answer.status_code}.")

    return send


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """A mail server and who writes to whom; *encrypted* from the first byte, else by STARTTLS.

    *plain* allows a server of this machine that knows no STARTTLS; a password is never sent there unencrypted.
    """

    host: str
    port: int
    encrypted: bool
    plain: bool
    sender: str
    to: Sequence[str]
    user: str | None = None
    password: str | None = None
    ca_file: Path | None = None


def sign_of_life(url: str, *, ca_file: Path | None = None) -> None:
    """Ask for *url*, so that whoever watches it knows that all is well.

    Raises:
        ChannelError: it was not reached, or refused.
    """
    import httpx  # noqa: PLC0415 - only who sends needs it

    try:
        answer = httpx.get(url, timeout=_SECONDS, verify=_trust(ca_file), follow_redirects=False)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise ChannelError(f"The sign of life did not arrive: {type(error).__name__}.") from None
    if answer.status_code not in _OK:
        raise ChannelError(f"The sign of life did not arrive: status {answer.status_code}.")


def mail(box: Mailbox) -> Channel:
    """Return the channel that mails to *box*."""

    def send(message: Message) -> None:
        try:
            with _connected(box) as server:
                if box.user is not None and box.password is not None:
                    server.login(box.user, box.password)
                server.send_message(_letter(box, message))
        except (smtplib.SMTPException, OSError) as error:
            # What a server answers may quote what it was sent.
            code = getattr(error, "smtp_code", "")
            raise ChannelError(
                f"{box.host} did not take the mail: {type(error).__name__} {code}".rstrip() + "."
            ) from None

    return send


def _connected(box: Mailbox) -> smtplib.SMTP:
    if box.encrypted:
        return smtplib.SMTP_SSL(box.host, box.port, timeout=_SECONDS, context=_trust(box.ca_file))
    server = smtplib.SMTP(box.host, box.port, timeout=_SECONDS)
    try:
        server.ehlo()
        if server.has_extn("starttls") or not box.plain or box.password is not None:
            server.starttls(context=_trust(box.ca_file))
            server.ehlo()
    except BaseException:
        server.close()
        raise
    return server


def _letter(box: Mailbox, message: Message) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = f"{PREFIX} {' '.join(message.subject.split())}"
    letter["From"] = box.sender
    letter["To"] = ", ".join(box.to)
    letter["Date"] = formatdate()
    letter["Message-ID"] = make_msgid(domain=box.sender.rpartition("@")[2])
    # So that nobody's absence note comes back.
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.text + "\n")
    return letter


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def hand_over(message: Message, channels: Mapping[str, Channel]) -> dict[str, str]:
    """Send *message* by all *channels*; which did not take it, and why."""
    refused = {}
    for name, channel in channels.items():
        try:
            channel(message)
        except ChannelError as error:
            refused[name] = redacted(str(error))
    return refused
