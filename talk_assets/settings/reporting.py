"""What reports and the clearing up of old records are told from outside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

from talk_assets.model.errors import ConfigurationError
from talk_assets.settings import variables


@dataclass(frozen=True, kw_only=True)
class ReportSettings:
    """*store* and *folder* are where the store lies and where reports go, *schedule* is daily, weekly or off.

    *journal_kept* is how long the store remembers what runs did and reports stay, *keep_runs* how long Dagster's own
    records do (0: for ever). *salesforce_url* is None where the org is not set.
    """

    store: Path
    folder: Path
    schedule: str
    journal_kept: timedelta
    keep_runs: timedelta
    show_values: bool
    salesforce_url: str | None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read them from *environ*; needs no end to be set.

        Raises:
            ConfigurationError: a variable is wrong.
        """
        try:
            store = variables.STORE.value(environ)
            return cls(
                store=store,
                folder=store.parent / "reports",
                schedule=variables.REPORT.value(environ),
                journal_kept=variables.JOURNAL_DAYS.value(environ),
                keep_runs=variables.RUNS_DAYS.value(environ),
                show_values=variables.SHOW_VALUES.value(environ),
                salesforce_url=variables.SALESFORCE_URL.given(environ),
            )
        except ValueError as error:
            raise ConfigurationError(f"{error} Nothing was read or written.") from None
