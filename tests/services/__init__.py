"""Real servers that a test starts for itself and takes away again: broker, database, browser."""
