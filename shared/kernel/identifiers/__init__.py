"""Identifiers of the field, checked and written one way (domain §3.1).

Each module parses one kind of identifier and answers what can be read off it; the types here are for fields of
commands, requests and responses. Events hold plain strings: what was stored once must stay readable when a check grows
stricter.
"""

from shared.kernel.identifiers.area_code import AreaCode
from shared.kernel.identifiers.mobile_phone import MobilePhone
from shared.kernel.identifiers.person_name import PersonName
from shared.kernel.identifiers.resident_id import ResidentId
from shared.kernel.identifiers.uscc import Uscc

__all__ = ["AreaCode", "MobilePhone", "PersonName", "ResidentId", "Uscc"]
