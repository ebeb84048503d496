"""The kinds of databases that a store can be kept in, behind one interface."""
