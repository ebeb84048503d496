"""Tests of the Automation API."""
