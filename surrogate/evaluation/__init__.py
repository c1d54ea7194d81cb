"""Evaluation: metrics in physical units, energies, bands of a stated coverage, the test report and
its figures.
"""
