"""Definitions of version 2 of Gravitee, and of version 1, converted to version 4."""
