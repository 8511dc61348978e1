"""Scripts that make the pictures in docs/pictures from running programs."""
