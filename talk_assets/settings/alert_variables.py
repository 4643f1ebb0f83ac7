"""The environment variables that say who is told of a failure, and of which."""

from typing import cast

from talk_assets.settings import readers
from talk_assets.settings.variable import Variable

WEBHOOK = Variable(
    name="TALK_ALERT_WEBHOOK",
    doc="the address of an incoming webhook of Slack, or of what takes the same (Mattermost, Teams, Discord's /slack)",
    read=readers.hidden_address,
    secret=True,
    optional=True,
)
EMAIL = Variable(
    name="TALK_ALERT_EMAIL",
    doc="the addresses of those who get alerts by e-mail, with commas between them",
    read=readers.mail_addresses,
    optional=True,
)
SENDER = Variable(
    name="TALK_ALERT_FROM",
    doc="the address that alerts come from; the first of TALK_ALERT_EMAIL where it is not set",
    read=readers.mail_addresses,
    optional=True,
)
SMTP = Variable(
    name="TALK_ALERT_SMTP",
    doc="the mail server that sends alerts: smtps://mail.example.com, or smtp://mail.example.com:587 for STARTTLS",
    read=readers.mail_server,
    optional=True,
)
SMTP_USER = Variable(
    name="TALK_ALERT_SMTP_USER",
    doc="the user that logs in to the mail server, where it wants one",
    read=readers.word,
    optional=True,
)
SMTP_PASSWORD = Variable(
    name="TALK_ALERT_SMTP_PASSWORD",
    doc="that user's password",
    read=readers.Secret,
    secret=True,
    optional=True,
)
REPEAT_HOURS = Variable(
    name="TALK_ALERT_REPEAT_HOURS",
    doc="after how many hours an alert is sent again while its cause stands; 0 for never",
    read=readers.hours,
    default="24",
    optional=True,
)
AFTER_MINUTES = Variable(
    name="TALK_ALERT_AFTER_MINUTES",
    doc="how many minutes an end, or the store, must be out of reach before it is worth an alert",
    read=readers.minutes,
    default="15",
)
QUARANTINE = Variable(
    name="TALK_ALERT_QUARANTINE",
    doc="how many records of one pair and end in quarantine are worth an alert; 0 for none",
    read=readers.count,
    default="100",
)
HEARTBEAT = Variable(
    name="TALK_ALERT_HEARTBEAT",
    doc="an address that is asked for once a minute while `talk up` and its daemon work, and after each `talk sync` "
    "that succeeded: a service that watches it (Healthchecks, Uptime Kuma and the like) tells you when that stops, "
    "even if this machine is off",
    read=readers.hidden_address,
    secret=True,
    optional=True,
)
UI_URL = Variable(
    name="TALK_UI_URL",
    doc="the address of the Dagster UI, for links in alerts; `talk up` knows its own",
    read=readers.root,
    optional=True,
)

ALERT_VARIABLES: tuple[Variable[object], ...] = cast(
    "tuple[Variable[object], ...]",
    (
        WEBHOOK,
        EMAIL,
        SENDER,
        SMTP,
        SMTP_USER,
        SMTP_PASSWORD,
        REPEAT_HOURS,
        AFTER_MINUTES,
        QUARANTINE,
        HEARTBEAT,
        UI_URL,
    ),
)
