"""The columns of the journal of runs."""

from collections.abc import Mapping

import polars as pl

from talk_assets.model.system import System

RUN_SCHEMA: Mapping[str, pl.DataType] = {
    "run_id": pl.String(),
    "job": pl.String(),
    "kind": pl.String(),
    "outcome": pl.String(),
    "started": pl.Datetime("us", "UTC"),
    "ended": pl.Datetime("us", "UTC"),
    "quiet": pl.Int64(),
    "last_ended": pl.Datetime("us", "UTC"),
    "salesforce_calls": pl.Int64(),
    "customerp_calls": pl.Int64(),
    "salesforce_calls_left": pl.Int64(),
    "salesforce_allowance": pl.Int64(),
}
"""A run, and how many (*quiet*) came after it that found nothing to do, the last of which ended at *last_ended*; their
calls are counted along."""

_RECORDS = ("linked", "in_step", "undecided", "quarantined", "parked", "held", "review", "postponed")
_WRITES = ("created", "updated", "deleted", "delays", "delay_median", "delay_most")
RUN_PAIR_SCHEMA: Mapping[str, pl.DataType] = {"run_id": pl.String(), "pair": pl.String()} | dict.fromkeys(
    (*_RECORDS, "new_links", "new_conflicts", *(f"{system}_{write}" for system in System for write in _WRITES)),
    pl.Int64(),
)
"""What stood of a pair when a run had ended, and what that run did: by the end that was written. *delays* is of how
many writes it is known when the other end was edited, *delay_median* and *delay_most* how many milliseconds before."""

RUN_TABLES = {"store.run": RUN_SCHEMA, "store.run_pair": RUN_PAIR_SCHEMA}
