"""``relay config``."""
