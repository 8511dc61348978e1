"""Who and what the hub knows: staff, residents, devices, duty. Every change is logged."""

from alerts.register.devices import (
    BROKER_USERS,
    OWN_PROTOCOL,
    NewDevice,
    add_device,
    add_source,
    give_back,
    lend,
    retire,
    set_token,
)
from alerts.register.duty import add_leave, end_leave, set_rotation, take_over
from alerts.register.entries import Wrong
from alerts.register.residents import (
    NewContact,
    NewResident,
    add_resident,
    change_resident,
    set_bound,
    set_contacts,
)
from alerts.register.staff import IS_LOGIN, ROLES, NewStaff, add_staff, set_active, set_password

__all__ = [
    "BROKER_USERS",
    "IS_LOGIN",
    "OWN_PROTOCOL",
    "ROLES",
    "NewContact",
    "NewDevice",
    "NewResident",
    "NewStaff",
    "Wrong",
    "add_device",
    "add_leave",
    "add_resident",
    "add_source",
    "add_staff",
    "change_resident",
    "end_leave",
    "give_back",
    "lend",
    "retire",
    "set_active",
    "set_bound",
    "set_contacts",
    "set_password",
    "set_rotation",
    "set_token",
    "take_over",
]
