"""Stories about the whole: every program a process, a real broker, a clock that can be moved."""
