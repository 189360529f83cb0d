"""Files into pages of text, and pages into pictures, in a child process that may die without harm."""
