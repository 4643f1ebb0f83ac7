"""3 MATCH: which record here is which there."""
