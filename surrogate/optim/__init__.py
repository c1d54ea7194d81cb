"""Optimisation: initial weights, optimizers, learning-rate schedules and unsupervised
pre-training.
"""
