"""What all definitions are made of: scalar types, paths, hosts and errors."""
