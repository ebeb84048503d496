"""Stores on a real PostgreSQL server, which each module starts for itself."""
