"""Tests of the commands that read and write event streams."""
