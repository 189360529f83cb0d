"""Documents in, passages out: reading, splitting, publishing, searching."""
