"""SOQL: read by a grammar, checked against the objects, run as SQL."""
