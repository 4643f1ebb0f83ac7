"""The composition root: every pair through every stage."""

import dagster as dg

defs = dg.Definitions()
