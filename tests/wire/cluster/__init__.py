"""Tests of several processes that share channels."""
