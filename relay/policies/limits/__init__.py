"""Policies that limit rates, sizes and numbers."""
