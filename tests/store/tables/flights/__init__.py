"""Tests of the tables of flight records."""
