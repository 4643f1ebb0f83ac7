"""Other programs for the same work, as their own documentation writes them; each runs in the peers' environment."""
