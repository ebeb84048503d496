"""Tests of :mod:`relay.node`."""
