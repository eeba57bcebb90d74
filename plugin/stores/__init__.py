"""What is kept: the Store (objects, the truth) and Redis (coordination, can be made anew)."""
