"""Tests of :mod:`relay.dialects.openapi`."""
