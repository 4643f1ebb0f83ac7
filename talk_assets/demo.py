"""The demonstration: both embedded systems, edits on each side, and the proof that they agree."""
