"""What is known of an alert when somebody looks, and the question to an outside program."""
