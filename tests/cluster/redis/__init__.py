"""Tests of :mod:`relay.cluster.redis`."""
