"""Faces: APIs of other products, answered in their own words so that their clients work unchanged."""
