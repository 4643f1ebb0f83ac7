"""What a person may set about reading when launching a run."""

import dagster as dg
from pydantic import Field


class Reading(dg.ConfigurableResource):  # type: ignore[type-arg]
    """How both ends are read in a run. The defaults are what sensors use."""

    full: bool = Field(
        default=False,
        description="Read everything again instead of what changed since the last run. Finds what an end did not "
        "report as changed, and notes which records are no longer there. Slower; safe at any time.",
    )
