"""What deployments post, from its bytes to its answer."""
