"""The way of a frame into Label Studio: batches, images made fit, tasks, lost ends completed."""
