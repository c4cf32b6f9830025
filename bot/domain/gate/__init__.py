"""Whether something may be released: from open criticals, incidents and service levels against a policy."""
