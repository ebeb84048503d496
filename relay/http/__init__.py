"""HTTP towards clients, without any knowledge of APIs."""
