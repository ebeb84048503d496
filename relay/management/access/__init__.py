"""Who may call the management API: users, passwords and tokens."""
