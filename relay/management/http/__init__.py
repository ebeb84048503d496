"""Requests and responses of the management API: routing, bodies, queries and errors."""
