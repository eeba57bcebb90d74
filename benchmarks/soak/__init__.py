"""Soak: the whole system on one machine, at half of what it can do, with people at work in it.

`python -m benchmarks.soak --minutes 20`. Everything is real and on loopback, and bounded in count
and in time: what is sent is known before it begins.
"""
