"""Titled, saved, ordered pages of cells."""
