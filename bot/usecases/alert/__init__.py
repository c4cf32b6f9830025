"""What people, programs and time do to alerts."""
