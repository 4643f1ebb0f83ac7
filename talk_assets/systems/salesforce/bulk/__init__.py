"""Bulk API 2.0: many rows of one object in a few calls."""
