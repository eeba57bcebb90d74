"""Pages of the review: the queue, a batch, its images, one's own."""
