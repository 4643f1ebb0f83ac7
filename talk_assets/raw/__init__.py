"""1 FETCH: what each end says, untouched."""
