"""Timing fairly: one core, interleaved rounds, the clock's speed measured beside each."""
