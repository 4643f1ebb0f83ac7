"""The two ends: the only code that speaks HTTP."""
