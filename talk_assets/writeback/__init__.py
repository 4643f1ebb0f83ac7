"""5 APPLY: say it to the other end, and keep the receipts."""
