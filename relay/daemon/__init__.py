"""The daemon as a process: its start, its listeners, its signals and its stop."""
