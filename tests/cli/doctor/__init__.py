"""The checks of ``relay doctor``."""
