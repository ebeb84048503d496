"""Tests of :mod:`relay.cluster`."""
