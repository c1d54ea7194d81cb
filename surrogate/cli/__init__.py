"""The command `surrogate`: one parser class, one error printer, one module for each command.

A command of a higher layer joins by the entry-point group `surrogate.commands`, so that no import
runs upwards.
"""
