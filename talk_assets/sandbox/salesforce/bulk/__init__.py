"""Bulk API 2.0: jobs that load or query many rows as CSV, and the JSON part of the older Bulk API."""
