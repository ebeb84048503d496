"""Definitions, deployments and users in one database, with a change feed."""
