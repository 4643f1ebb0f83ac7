"""Stage 2, translate: both ends in one shape, checked against the contract of their pair."""
