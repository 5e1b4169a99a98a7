"""Benchmarks: what the bot costs beside bare servers and peers, measured alternately on one machine."""
