"""Shared policy groups: steps that the flows of several APIs use by reference."""
