"""What is running and what has run: live exchanges and the access log."""
