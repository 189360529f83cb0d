"""What every run must pass before it starts."""
