"""Documents made from the declarations."""
