"""Tests of :mod:`relay.dialects.v2`."""
