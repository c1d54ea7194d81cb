"""Data: from files of the contract to batches, with the channels, the scaling and the order of the
records.
"""
