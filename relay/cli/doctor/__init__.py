"""``relay doctor``: checks of a machine, its settings, and an event stream."""
