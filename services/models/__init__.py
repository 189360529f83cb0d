"""The models a run may use, behind small ports."""
