"""The insight room: what the counts say, for those who answer for the whole."""
