"""What starts, installs and checks the hub; nothing here decides anything about an alert."""
