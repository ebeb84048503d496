"""Tests for :mod:`relay.tls.files`."""
