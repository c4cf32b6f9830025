"""Tables: columns, keys and indices, one file an area."""
