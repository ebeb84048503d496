"""The commands of families of objects."""
