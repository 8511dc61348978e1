"""The window kiosk: help in one press, kept on this machine until a person has it."""
