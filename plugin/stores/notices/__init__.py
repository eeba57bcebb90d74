"""What people and trainers are to be told, until they were."""
