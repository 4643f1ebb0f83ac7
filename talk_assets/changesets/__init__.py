"""4 RECONCILE: what must change where."""
