"""Calls of this process to its own gateway, as a client makes them."""
