"""Every environment variable, with what to set it to."""

from pathlib import Path
from typing import cast

from talk_assets.settings import readers
from talk_assets.settings.alert_variables import ALERT_VARIABLES
from talk_assets.settings.variable import Variable

SALESFORCE_URL = Variable(
    name="TALK_SALESFORCE_URL",
    doc="the org's My Domain address, such as https://example.my.salesforce.com",
    read=readers.origin,
)
SALESFORCE_CLIENT_ID = Variable(
    name="TALK_SALESFORCE_CLIENT_ID",
    doc="the consumer key of the org's external client app that allows the client credentials flow",
    read=readers.word,
)
SALESFORCE_CLIENT_SECRET = Variable(
    name="TALK_SALESFORCE_CLIENT_SECRET",
    doc="the consumer secret of that external client app",
    read=readers.secret,
    secret=True,
)
SALESFORCE_LOGIN = Variable(
    name="TALK_SALESFORCE_LOGIN",
    doc="client_credentials, jwt_bearer or refresh_token: the OAuth flow that the external client app allows",
    read=readers.login_method,
    default="client_credentials",
)
SALESFORCE_USERNAME = Variable(
    name="TALK_SALESFORCE_USERNAME",
    doc="the user name that jwt_bearer logs in as, pre-authorized for the external client app",
    read=readers.word,
)
SALESFORCE_PRIVATE_KEY = Variable(
    name="TALK_SALESFORCE_PRIVATE_KEY",
    doc="the RSA key in PEM, without a passphrase, whose certificate the external client app holds (jwt_bearer)",
    read=readers.private_key,
    secret=True,
)
SALESFORCE_AUDIENCE = Variable(
    name="TALK_SALESFORCE_AUDIENCE",
    doc="the login host that jwt_bearer signs for: https://login.salesforce.com, or https://test.salesforce.com "
    "for a sandbox org",
    read=readers.origin,
    default="https://login.salesforce.com",
)
SALESFORCE_REFRESH_TOKEN = Variable(
    name="TALK_SALESFORCE_REFRESH_TOKEN",
    doc="a refresh token of the integration user that does not rotate (refresh_token)",
    read=readers.secret,
    secret=True,
)
SALESFORCE_API_VERSION = Variable(
    name="TALK_SALESFORCE_API_VERSION",
    doc="an API version the org offers, such as 62.0",
    read=readers.matching(r"[3-9]\d\.0", "not a version from 31.0 on"),
    default="62.0",
)
SALESFORCE_EXTERNAL_ID_FIELD = Variable(
    name="TALK_SALESFORCE_EXTERNAL_ID_FIELD",
    doc="the API name of the custom external-id field that holds our key on every synced object",
    read=readers.matching(r"[A-Za-z]\w*__c", "not the API name of a custom field, which ends in __c"),
    default="ERP_External_Id__c",
)
CUSTOMERP_URL = Variable(
    name="TALK_CUSTOMERP_URL",
    doc="the address of Customerp, such as https://erp.example.com, without /api/v1",
    read=readers.root,
)
CUSTOMERP_API_KEY = Variable(
    name="TALK_CUSTOMERP_API_KEY",
    doc="an API key of Customerp for this integration",
    read=readers.secret,
    secret=True,
)
CUSTOMERP_PORT = Variable(
    name="TALK_CUSTOMERP_PORT",
    doc="the name of the port that speaks to Customerp: customerp for the Customerp contract, or one that an installed "
    "package offers",
    read=readers.word,
    default="customerp",
)
CUSTOMERP_WEBHOOK_SECRET = Variable(
    name="TALK_CUSTOMERP_WEBHOOK_SECRET",
    doc="the secret that Customerp signs its webhooks with (Standard Webhooks); with it, `talk up` takes webhooks",
    read=lambda text: readers.secret(text) if text else None,
    default="",
    secret=True,
)
STORE = Variable(
    name="TALK_STORE",
    doc="the path of the DuckDB file with links and baselines",
    read=lambda text: Path(text).expanduser(),
    default="data/talk.duckdb",
)
OPPORTUNITY_STAGE = Variable(
    name="TALK_OPPORTUNITY_STAGE",
    doc="the StageName of the Opportunities that Customerp quotes are put under",
    read=str,
    default="Prospecting",
)
ACCOUNT_FOR_PRIVATE_CONTACTS = Variable(
    name="TALK_ACCOUNT_FOR_PRIVATE_CONTACTS",
    doc="create (an Account with the person's name) or park (hold the order) for an order of a contact "
    "without a company",
    read=readers.private_contacts,
    default="create",
)
LOOKBACK_SECONDS = Variable(
    name="TALK_LOOKBACK_SECONDS",
    doc="how far before its cursor every Salesforce read starts again, in seconds; more than the longest "
    "time a transaction there takes to commit",
    read=readers.seconds,
    default="600",
)
CA_FILE = Variable(
    name="TALK_CA_FILE",
    doc="a file of PEM certificates of authorities to trust besides the usual, such as the one of your own Customerp",
    read=lambda text: Path(text).expanduser() if text else None,
    default="",
)
SALESFORCE_RESERVE = Variable(
    name="TALK_SALESFORCE_RESERVE",
    doc="how many of the org's daily API calls are left to everyone else, as a number or a percentage; a run stops "
    "before it would touch them",
    read=readers.reserve,
    default="10%",
)
SALESFORCE_BULK_ROWS = Variable(
    name="TALK_SALESFORCE_BULK_ROWS",
    doc="how many rows of one kind are read or made by single calls before Bulk API 2.0 jobs take over; 0 for never",
    read=readers.count,
    default="2000",
)

HISTORY_DAYS = Variable(
    name="TALK_HISTORY_DAYS",
    doc="how many days the store remembers which value stood where (`talk history`)",
    read=readers.days,
    default="90",
)
OWNERS = Variable(
    name="TALK_OWNERS",
    doc="who looks after the sync, as Dagster's pages name it: e-mail addresses or team:NAME, separated by commas",
    read=readers.owners,
    default="team:talk-assets",
)
SHOW_VALUES = Variable(
    name="TALK_SHOW_VALUES",
    doc="1 to see records' values in Dagster's pages, or 0; they are then in Dagster's event database too",
    read=readers.switch,
    default="0",
)
SALESFORCE_DOORBELL_SECONDS = Variable(
    name="TALK_SALESFORCE_DOORBELL_SECONDS",
    doc="how often Salesforce is asked in quiet times whether anything moved, in seconds; while people work it is "
    "asked up to twice a second; each time costs two of the org's API calls",
    read=readers.seconds,
    default="30",
)
SALESFORCE_DOORBELL_SHARE = Variable(
    name="TALK_SALESFORCE_DOORBELL_SHARE",
    doc="how much of the API calls that the org has left today may go into asking whether anything moved, as a "
    "percentage; Salesforce is asked less often to stay below it",
    read=readers.percentage,
    default="25%",
)
SALESFORCE_PUBSUB_URL = Variable(
    name="TALK_SALESFORCE_PUBSUB_URL",
    doc="the address of Salesforce's event bus (Pub/Sub API), such as https://api.pubsub.salesforce.com:7443; with it, "
    "`talk up` hears of changes as they happen",
    read=readers.origin,
    optional=True,
)
SALESFORCE_PUBSUB_TOPICS = Variable(
    name="TALK_SALESFORCE_PUBSUB_TOPICS",
    doc="what to listen to there, separated by commas: /data/ChangeEvents for every object that the org selects for "
    "Change Data Capture, or a channel such as /data/Erp__chn",
    read=readers.topics,
    default="/data/ChangeEvents",
)
CUSTOMERP_DOORBELL_SECONDS = Variable(
    name="TALK_CUSTOMERP_DOORBELL_SECONDS",
    doc="how often the Dagster sensor begins to listen to Customerp, in seconds; at 5 or less it always listens, and "
    "hears of a change at once where Customerp has a change feed",
    read=readers.seconds,
    default="5",
)
JOURNAL_DAYS = Variable(
    name="TALK_JOURNAL_DAYS",
    doc="how many days the store remembers what each run did, and data-quality reports are kept",
    read=readers.days,
    default="90",
)
RUNS_DAYS = Variable(
    name="TALK_RUNS_DAYS",
    doc="how many days Dagster's own record of a run is kept, with its events and logs; 0 for ever",
    read=readers.days_or_never,
    default="30",
)
REPORT = Variable(
    name="TALK_REPORT",
    doc="daily, weekly or off: how often Dagster makes the data-quality report by itself",
    read=readers.one_of("daily", "weekly", "off"),
    default="weekly",
)

VARIABLES: tuple[Variable[object], ...] = cast(
    "tuple[Variable[object], ...]",
    (
        SALESFORCE_URL,
        SALESFORCE_CLIENT_ID,
        SALESFORCE_CLIENT_SECRET,
        SALESFORCE_USERNAME,
        SALESFORCE_PRIVATE_KEY,
        SALESFORCE_REFRESH_TOKEN,
        CUSTOMERP_URL,
        CUSTOMERP_API_KEY,
        STORE,
        SALESFORCE_LOGIN,
        SALESFORCE_AUDIENCE,
        SALESFORCE_API_VERSION,
        SALESFORCE_EXTERNAL_ID_FIELD,
        OPPORTUNITY_STAGE,
        ACCOUNT_FOR_PRIVATE_CONTACTS,
        LOOKBACK_SECONDS,
        CA_FILE,
        SALESFORCE_RESERVE,
        SALESFORCE_BULK_ROWS,
        HISTORY_DAYS,
        SHOW_VALUES,
        OWNERS,
        CUSTOMERP_PORT,
        CUSTOMERP_WEBHOOK_SECRET,
        SALESFORCE_DOORBELL_SECONDS,
        SALESFORCE_DOORBELL_SHARE,
        SALESFORCE_PUBSUB_URL,
        SALESFORCE_PUBSUB_TOPICS,
        CUSTOMERP_DOORBELL_SECONDS,
        JOURNAL_DAYS,
        RUNS_DAYS,
        REPORT,
        *ALERT_VARIABLES,
    ),
)
"""Every variable, the required ones first."""
