"""A version of a training set in other people's formats: one file a format, written as a stream."""
