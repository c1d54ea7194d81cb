"""Risk: demands of response histories, fragility curves, and small probabilities from few runs."""
