"""The scenes that protocol bugs are hunted in: the same users, faults and oracle, each with more of what it takes.

Short, so that a run costs little; a sweep that reads everything would heal what some bugs leave, so there is none.
"""

from dataclasses import replace

from talk_assets_tests.simulation.faults import Fault, Rough
from talk_assets_tests.simulation.scene import Scene

_SHORT = Scene(records=40, cycles=3, edits=40, meddling=0.15, marks=0.9, whole=0.0, swept=False)
_QUIET = Rough(kinds=frozenset())
_UNANSWERED = frozenset({Fault.NOT_SENT, Fault.LOST_UNDONE, Fault.LOST_DONE, Fault.RECORD_UNKNOWN_DONE})
_REFUSED = frozenset({Fault.RECORD_LOCKED, Fault.RECORD_REFUSED, Fault.RECORD_UNKNOWN_UNDONE})
_DEADLY = frozenset({Fault.KILLED_AT_COMMIT, Fault.KILLED_AT_CALL, Fault.DISK_FULL})

UNANSWERED = replace(_SHORT, rough=Rough(write=0.5, record=0.1, kinds=_UNANSWERED, varied=False))
"""Half of the writes get no answer."""

REFUSED = replace(_SHORT, rough=Rough(record=0.3, kinds=_REFUSED, varied=False))
"""Many records of a write are refused or locked."""

CROWDED = replace(_SHORT, records=25, cycles=4, meddling=0.6, rough=_QUIET, rules={"edit": 90, "create": 2})
"""Somebody edits at every other moment of a cycle."""

LATE = replace(CROWDED, late=0.8, meddling=0.4)
"""Most of what is done on Salesforce is seen only after its stamp."""

DYING = replace(
    _SHORT,
    records=25,
    cycles=8,
    edits=12,
    rough=Rough(commit=0.1, kill=0.0, kinds=_DEADLY, varied=False),
)
"""Hardly a cycle comes to its end."""

SHIFTING = replace(CROWDED, page=3, records=30)
"""Lists are read in small pages while they change."""

DELETING = replace(_SHORT, rules={"delete": 30, "undelete": 10, "edit": 40}, rough=_QUIET)
"""Records come and go."""

DISAGREEING = replace(_SHORT, records=25, edits=80, rough=_QUIET, rules={"edit": 90})
"""Both ends edit the same records."""

RESPELLED = replace(_SHORT, normalising=True, rough=_QUIET)
"""Ends store another spelling than they are given."""

HUNTS = (UNANSWERED, REFUSED, CROWDED, LATE, DYING, SHIFTING, DELETING, DISAGREEING, RESPELLED)
