"""Servers of other projects, run by the tests for themselves."""
