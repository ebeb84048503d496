"""Tests of the history of a daemon."""
