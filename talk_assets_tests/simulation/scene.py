"""How large and how rough a run is, and what its users do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from talk_assets_tests.simulation.faults import Rough


@dataclass(frozen=True, kw_only=True)
class Scene:
    """*records* are made of each of the *kinds* before the first of *cycles* in trouble.

    *edits* is the most that users do between two cycles, *meddling* how likely one does something at a moment,
    *marks* the share of records that have something to be recognised by, *late* the share of what is done on
    Salesforce that commits late. *rules* gives users' rules other weights, by name.
    A person is asked about conflicts of the properties *asked*; *operated* is how likely somebody who looks after
    the sync does something before a cycle. *whole* is the share of cycles that read
    everything, *swept* whether the first calm one does. *page* (rows) and *normalising* are chosen by the seed
    where they are None.
    """

    kinds: tuple[str, ...] = ("contact",)
    records: int = 40
    cycles: int = 7
    edits: int = 15
    rough: Rough | None = field(default_factory=Rough)
    meddling: float = 0.08
    marks: float = 1.0
    late: float = 0.25
    rules: Mapping[str, int] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    operated: float = 0.0
    whole: float = 0.1
    swept: bool = True
    page: int | None = None
    normalising: bool | None = None
