"""The commands that read and write event streams."""
