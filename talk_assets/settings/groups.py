"""Every environment variable under what it is about, in the order a person sets them."""

from collections.abc import Mapping
from typing import cast

from talk_assets.settings import alert_variables as alerts
from talk_assets.settings import variables as v
from talk_assets.settings.variable import Variable

GROUPS: Mapping[str, tuple[Variable[object], ...]] = cast(
    "Mapping[str, tuple[Variable[object], ...]]",
    {
        "Salesforce": (
            v.SALESFORCE_URL,
            v.SALESFORCE_CLIENT_ID,
            v.SALESFORCE_CLIENT_SECRET,
            v.SALESFORCE_LOGIN,
            v.SALESFORCE_USERNAME,
            v.SALESFORCE_PRIVATE_KEY,
            v.SALESFORCE_AUDIENCE,
            v.SALESFORCE_REFRESH_TOKEN,
            v.SALESFORCE_API_VERSION,
            v.SALESFORCE_EXTERNAL_ID_FIELD,
            v.SALESFORCE_RESERVE,
            v.SALESFORCE_BULK_ROWS,
            v.LOOKBACK_SECONDS,
        ),
        "Customerp": (v.CUSTOMERP_URL, v.CUSTOMERP_API_KEY, v.CUSTOMERP_PORT, v.CA_FILE),
        "What is kept in step": (v.OPPORTUNITY_STAGE, v.ACCOUNT_FOR_PRIVATE_CONTACTS),
        "How soon": (
            v.SALESFORCE_DOORBELL_SECONDS,
            v.SALESFORCE_DOORBELL_SHARE,
            v.SALESFORCE_PUBSUB_URL,
            v.SALESFORCE_PUBSUB_TOPICS,
            v.CUSTOMERP_DOORBELL_SECONDS,
            v.CUSTOMERP_WEBHOOK_SECRET,
        ),
        "What is kept, and shown": (
            v.STORE,
            v.HISTORY_DAYS,
            v.JOURNAL_DAYS,
            v.RUNS_DAYS,
            v.REPORT,
            v.SHOW_VALUES,
            v.OWNERS,
        ),
        "Alerts": (
            alerts.WEBHOOK,
            alerts.EMAIL,
            alerts.SMTP,
            alerts.SENDER,
            alerts.SMTP_USER,
            alerts.SMTP_PASSWORD,
            alerts.REPEAT_HOURS,
            alerts.AFTER_MINUTES,
            alerts.QUARANTINE,
            alerts.HEARTBEAT,
            alerts.UI_URL,
        ),
    },
)
