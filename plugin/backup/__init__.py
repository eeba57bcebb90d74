"""Copies of the Store: made while it is worked on, proved, and put back."""
