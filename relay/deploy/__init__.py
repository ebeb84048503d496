"""Deployments in force, from the change feed, and the reports of each gateway."""
