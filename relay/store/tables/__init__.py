"""The repositories, one for each kind of record."""
