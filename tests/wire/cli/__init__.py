"""The ``relay`` command against a daemon."""
