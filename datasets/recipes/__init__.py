"""Recipes: a dataset as a description that is checked, written as YAML, hashed, and turned into
records.
"""
