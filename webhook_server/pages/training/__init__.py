"""Pages of the training set: versions, retraining, what the humans changed."""
