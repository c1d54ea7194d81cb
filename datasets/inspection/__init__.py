"""Inspection: what is in a dataset, in words and pictures, and whether it is sound."""
