"""The link between the processes of one machine: a hub, and its members."""
