"""Shared policy groups in the management API."""
