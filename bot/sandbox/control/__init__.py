"""The control API: what people do, and what tests change, over plain HTTP and JSON."""
