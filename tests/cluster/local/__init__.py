"""Tests of :mod:`relay.cluster.local`."""
