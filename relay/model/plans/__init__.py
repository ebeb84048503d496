"""Plans and the options of each kind of plan."""
