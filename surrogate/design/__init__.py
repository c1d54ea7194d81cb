"""Which simulations to run next, and the loop that runs them until an estimate is good enough."""
