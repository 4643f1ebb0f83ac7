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
    limits: dict[str, dict[str, float]] = Field(
        default={},
        description="Other limits than the declared ones for this run, by pair, such as `contact: {update_ratio: "
        "0.5}`. Of a pair's links, update_ratio (0.10) may be changed and delete_ratio (0.02) deleted, and of a "
        "property's values clear_ratio (0.02) emptied, or floor (25) and clear_floor (25) where that is more; of "
        "records linked for the first time, first_link_ratio (0.10) may have a value replaced; a whole read may list "
        "shrink_ratio (0.20) fewer records than are known. Rather accept one plan by its hash, where that will do.",
    )
    sample: int = Field(
        default=5,
        ge=0,
        description="How many of the records written to each end of a pair are read again and compared with the other "
        "end, for the check `in_step`. It costs one API call for each that was written to; 0: none.",
    )
