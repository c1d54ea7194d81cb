"""Functions of several variables that are sampled as they are, without a differential equation."""
