"""Policies for single events."""
