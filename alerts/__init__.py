"""The hub: takes events, finds the people on duty, and proves that nobody was left alone."""
