"""Synthetic motions: processes, their envelopes, and signals for identification."""
