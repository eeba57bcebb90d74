"""What is counted of all processes, and how the machinery is."""
