"""Benchmarks: scripts that measure the package against named rivals; see README.md beside this
file.
"""
