"""Backends on Amazon Web Services; imported only when they are chosen."""
