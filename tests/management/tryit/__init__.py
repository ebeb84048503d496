"""Calls of a publisher to an API."""
