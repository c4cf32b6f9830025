"""What people and programs do to incidents and their actions."""
