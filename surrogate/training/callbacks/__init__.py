"""Callbacks of a training: what it keeps, how it stops, what it shows."""
