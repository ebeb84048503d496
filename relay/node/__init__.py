"""A daemon of several processes, as operators and publishers see it: as one."""
