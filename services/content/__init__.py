"""What ships as reviewable files, and the reader that checks them; the rooms say what a file must hold."""
