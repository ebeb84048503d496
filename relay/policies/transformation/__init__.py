"""Policies that change headers and attributes."""
