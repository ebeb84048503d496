"""The parts of all definitions: scalar types, paths, hosts and errors."""
