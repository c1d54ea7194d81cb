"""Asking for demands: records of a recipe, what answers them, and answers that are kept."""
