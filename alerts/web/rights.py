"""Who may change what, beyond seeing their own area. Pure."""

from dataclasses import dataclass

from alerts.directory import Person

ROLE_TEXT = {
    "admin": "管理员",
    "leader": "负责人",
    "district": "区值班",
    "town": "镇街值班",
    "village": "村社值守",
}

_MANAGES = ("admin", "leader", "district")
_LEADS = ("admin", "leader")


@dataclass(frozen=True)
class Rights:
    """What one member of staff may do; the pages hide what it denies, the server refuses it."""

    person: Person

    @property
    def admin(self) -> bool:
        """Prints a device's credentials."""
        return self.person.role == "admin"

    @property
    def leads(self) -> bool:
        """Keeps the staff and reads the log."""
        return self.person.role in _LEADS

    @property
    def manages(self) -> bool:
        """Keeps devices and rotations."""
        return self.person.role in _MANAGES

    def keeps_devices(self, area: str) -> bool:
        """Registers, lends, takes back, retires."""
        return self.manages and self.person.sees(area)

    def keeps_rota(self, area: str) -> bool:
        """Sets the rotation and other people's leave."""
        return self.manages and self.person.sees(area)

    def takes_over(self, area: str) -> bool:
        """One-tap take-over: at one's own area and below."""
        return self.person.sees(area)

    def keeps_staff(self, other_role: str, other_area: str) -> bool:
        """An administrator all of their area; a leader those who neither lead nor administer."""
        if not self.person.sees(other_area):
            return False
        return self.admin or (self.leads and other_role not in _LEADS)

    def roles_to_give(self) -> list[str]:
        """Roles this person may give to somebody new."""
        return [role for role in ROLE_TEXT if self.keeps_staff(role, self.person.area)]
