"""Tests of the serving of the console."""
