"""``relay config``: the settings of the daemon, and the files that come with it."""
