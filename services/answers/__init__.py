"""From a question to an answer whose every sentence is a quote with its page."""
