"""Personal data as a list shows it: enough to recognise somebody known, too little to learn somebody unknown.

What is not in a shape we know is hidden whole. A mask never raises: it is what stands between data and a screen.
"""

import re
from typing import Final

from shared.kernel.sealed import Erased, PersonalKind

HIDDEN: Final = "***"

_MOBILE = re.compile(r"(?:\+?86[- ]?)?(1[3-9][0-9])[- ]?([0-9]{4})[- ]?([0-9]{4})")
_RESIDENT_ID = re.compile(r"([0-9]{4})[0-9]{10}([0-9]{3}[0-9Xx])")
_REGION = re.compile(
    r"(?:[^\W\d_]{2,7}?(?:省|自治区|特别行政区))?(?:[^\W\d_]{2,7}?(?:市|自治州|地区|盟))(?:[^\W\d_]{1,7}?(?<![小社园街厂])(?:区|县|旗))?"
)


def mask_name(name: str) -> str:
    """张三 → 张*. One star whatever the length, which would tell people apart; a single character is hidden."""
    name = name.strip()
    return f"{name[0]}*" if len(name) > 1 else "*"


def mask_phone(phone: str) -> str:
    """13812345678 → 138****5678. Other numbers, whose parts we cannot tell, are hidden."""
    mobile = _MOBILE.fullmatch(phone.strip())
    return f"{mobile[1]}****{mobile[3]}" if mobile else HIDDEN


def mask_resident_id(number: str) -> str:
    """11010119900307002X → 1101**********002X: neither the county nor the date of birth shows."""
    shape = _RESIDENT_ID.fullmatch(number.strip())
    return f"{shape[1]}{'*' * 10}{shape[2].upper()}" if shape else HIDDEN


def mask_email(address: str) -> str:
    """anna@example.com → a***@example.com; a local part of one character is hidden."""
    local, at, domain = address.strip().rpartition("@")
    if not (local and at and domain) or "@" in local:
        return HIDDEN
    return f"{local[0] if len(local) > 1 else ''}{HIDDEN}@{domain}"


def mask_address(address: str) -> str:
    """北京市朝阳区建国路1号 → 北京市朝阳区***: the county at the most, nothing where no city can be made out."""
    region = _REGION.match(address.strip())
    rest = address.strip()[region.end() :] if region else ""
    return f"{region[0]}{HIDDEN}" if region and rest else HIDDEN


_MASKS: Final = {
    PersonalKind.NAME: mask_name,
    PersonalKind.PHONE: mask_phone,
    PersonalKind.RESIDENT_ID: mask_resident_id,
    PersonalKind.EMAIL: mask_email,
    PersonalKind.ADDRESS: mask_address,
}


def mask(kind: PersonalKind, value: str | Erased) -> str:
    """The mask for that kind of field. What was erased says so; a kind without a mask of its own is hidden."""
    if isinstance(value, Erased):
        return str(value)
    masked = _MASKS.get(kind)
    return masked(value) if masked else HIDDEN
