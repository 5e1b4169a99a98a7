"""Task queues that deliver the same messages, each run by the interpreter of its own environment; only the standard
library and the queue's own packages may be imported here.

Each module is an application as its documentation shows it, with the settings under which it loses nothing when a
worker dies (late acknowledgement): `python -m benchmarks.queues.<name> N` queues N messages, its own worker command
delivers them.
"""
