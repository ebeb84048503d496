"""Calls to APIs through the daemon's own gateway."""
