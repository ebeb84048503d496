"""Policies that route, answer, delay or interrupt calls."""
