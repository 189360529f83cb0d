"""The app is killed while it reads, again and again, and nothing may be lost, doubled or half there."""
