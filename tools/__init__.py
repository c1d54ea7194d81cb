"""Checks and tables that are run by hand or by a test, and are not tests themselves."""
