"""Tests of :mod:`relay.webhook`."""
