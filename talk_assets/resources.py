"""Opens the two ends and the store from the settings."""
