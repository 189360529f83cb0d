"""Receipts and audit entries on one hash chain."""
