"""Several gateway processes of one daemon, which a control process starts and ends."""
