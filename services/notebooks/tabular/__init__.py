"""Tables in a notebook: read from files, worked on in steps, drawn, and given as files."""
