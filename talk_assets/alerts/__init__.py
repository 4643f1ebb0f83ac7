"""Telling people what went wrong, once, and when it is over."""
