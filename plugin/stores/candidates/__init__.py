"""The last word on a candidate: known events, looks, caps; what is charged and given back."""
