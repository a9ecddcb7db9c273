"""Convopt side by side with other libraries: layer tables, peers, measurements."""
