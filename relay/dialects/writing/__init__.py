"""Definitions in the dialects in which Relay writes them."""
