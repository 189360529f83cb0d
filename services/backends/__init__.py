"""Implementations of the ports; imported by `services/bootstrap.py` alone."""
