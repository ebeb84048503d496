"""Authentication and rights of the management API: users, passwords and tokens."""
