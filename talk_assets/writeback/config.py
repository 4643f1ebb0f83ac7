"""What a person may set about writing when launching a run."""

import dagster as dg
from pydantic import Field


class Writing(dg.ConfigurableResource):  # type: ignore[type-arg]
    """What a run may write.

    `dry_run` is off by default because sensors start runs without any settings, and a sync that only
    plans would not sync. What is too large or destructive is stopped by the guards all the same.
    """

    dry_run: bool = Field(
        default=False,
        description="Read both ends and plan; write to neither. The changesets show what would be written, and the "
        "write-backs are skipped.",
    )
    accept: str = Field(
        default="",
        description="The hash that a guard named when it stopped a plan. Exactly that plan may then pass, in this "
        "run only; if anything in it has changed since, it is stopped again.",
    )
