"""Who is here, for which line of business, in which role."""
