"""The settings as documentation, made from the dataclasses of the sections."""
