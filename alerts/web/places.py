"""Areas to choose from, and the SQL that keeps a list inside what a person sees."""

from sqlalchemy import ColumnElement

from alerts.api.problems import Refusal
from alerts.directory import DISTRICT, VILLAGE, Directory, Person


def options(directory: Directory, person: Person) -> list[tuple[str, str]]:
    """Code and name of every area this person sees, villages set in under their town."""
    found = []
    for code, node in sorted(directory.areas.items()):
        if person.sees(code):
            own = code == person.area or node.level != VILLAGE
            found.append((code, node.name if own else f"　{node.name}"))
    return found


def narrowed(directory: Directory, person: Person, wanted: str) -> str:
    """The area to look at: the wanted one where it lies in the person's own, else their own."""
    if wanted in directory.areas and person.sees(wanted):
        return wanted
    return person.area


def inside(column: ColumnElement[str], area: str) -> ColumnElement[bool]:
    """SQL: at this area or below it; a code begins with the code of its parent."""
    return column.startswith(area, autoescape=True)


def must_see(person: Person, area: str, what: str) -> None:
    """Raise Refusal 403 for somebody else's area."""
    if not person.sees(area):
        raise Refusal(403, f"{what}不在您的辖区")


def is_district(directory: Directory, area: str) -> bool:
    """Whether this is the whole district."""
    return directory.areas[area].level == DISTRICT
