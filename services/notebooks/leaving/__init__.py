"""Ways for a notebook to leave the app, and to come back."""
