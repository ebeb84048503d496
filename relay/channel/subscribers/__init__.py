"""The readers of a channel: what each gets, how, and at which pace."""
