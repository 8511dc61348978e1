"""Why a run cannot begin or go on; the text is one line for the console."""


class CannotRun(Exception):
    """Something the person at the console has to put right."""
