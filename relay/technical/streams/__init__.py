"""The list of live streams: look at them, watch them, end them."""
