"""Benchmarks: each measures through the function the app calls, prints a table and asserts nothing."""
