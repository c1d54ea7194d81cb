"""Structures: matrices of mass, damping and incidence, their natural modes, and constructors with
published parameters.
"""
