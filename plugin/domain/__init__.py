"""The rules of the house, without I/O: everything here is a function of its arguments.

Imports nothing of ours; time and chance are passed in.
"""
