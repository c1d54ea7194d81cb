"""From recordings of a building to its model: unknown parameters of a structure by maximum
likelihood, what is not determined, and bands.
"""
