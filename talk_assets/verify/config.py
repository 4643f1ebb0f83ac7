"""What a person may change when launching a verification."""

import dagster as dg
from pydantic import Field


class Sampling(dg.Config):
    """How much is looked at."""

    sample: int = Field(default=50, gt=0, le=10_000, description="Linked records compared of each pair.")
