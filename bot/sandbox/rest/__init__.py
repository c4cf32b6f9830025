"""The REST side: one file a family of routes, all behind one door."""
