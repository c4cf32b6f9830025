"""Pictures of the running product: how it looks on a phone and at a desk."""
