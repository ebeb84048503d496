"""Live exchanges and the access log."""
