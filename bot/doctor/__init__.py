"""The doctor: what keeps alerts from reaching people, on this machine, in the database and in Discord."""
