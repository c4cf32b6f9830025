"""Floor 1: the only room that knows SQLAlchemy."""
