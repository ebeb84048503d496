"""The instruments of a benchmark: programs that load a server, and measurements."""
