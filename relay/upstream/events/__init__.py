"""An event stream as the shared upstream of a channel."""
