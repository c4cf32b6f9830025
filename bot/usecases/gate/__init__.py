"""What release pipelines ask, and how a block is passed by."""
