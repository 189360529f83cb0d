"""A small language model on the computer that runs the app: its file, and the child process that runs it."""
