"""Tests of logs and analytics."""
