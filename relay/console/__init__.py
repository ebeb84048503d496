"""The web console: its built assets, and what serves them."""
