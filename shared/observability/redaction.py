"""Personal data and secrets kept out of the logs, even where somebody logs them by mistake.

A net, not a licence: a name inside a sentence has no shape to be known by. What can be known is removed: values under
telling keys, and numbers, addresses, sealed values and credentials by their shape, wherever they stand.

Every pattern starts at most once per run of characters (the look-behinds), so that no text, however hostile, takes
more than time in proportion to its length; and each is tried only where its mark is present, since every line pays.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

REDACTED: Final = "[redacted]"
MAX_TEXT: Final = 16_384
_MAX_DEPTH: Final = 8

_PERSONAL: Final = """
    name full_name real_name member_name person_name old_name new_name 姓名
    phone phone_number mobile tel telephone 电话 手机 手机号 email e_mail mail recipient 邮箱
    address home_address 住址 地址 resident_id id_number id_card identity_number 身份证 身份证号
"""
_PERSONAL_KEYS: Final = frozenset(_PERSONAL.split())
_SECRET_KEY = re.compile(
    r"(?:^|[_.])(?:password|passwd|pwd|secret|token|authorization|cookie|credentials?|api_?key|private_?key|nkey_seed)"
    r"(?:$|[_.])|^(?:dsn|jwt)$"
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_NUMBER = re.compile(
    # A UUID is kept whole, as it may hold a phone by chance. (No \b anywhere here: 汉字 are word characters too.)
    r"(?P<keep>(?<![0-9A-Za-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Za-z]))"
    r"|(?<!\d)\d{6}[ -]?(?:18|19|20)\d{2}[ -]?\d{4}[ -]?\d{3}[\dXx](?!\d)"  # 身份证, as typed in groups too
    r"|\d{17,}[Xx]?"  # any other run long enough to hold one
    r"|(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"
)
_DIGITS = re.compile(r"\d{3}[ -]?\d")
_SEALED = re.compile(r"sealed:\d+:[\w:-]+")
_AT = re.compile(
    r"(?P<scheme>://)[^/\s:@]*:[^/\s@]+(?=@)"  # user:password@ of a connection string
    r"|(?<![^\s@<>\"',;:()\[\]{}=/])[^\s@<>\"',;:()\[\]{}=/]+@[\w-]+(?:\.[\w-]+)+"
)
_CREDENTIAL = re.compile(
    r"(?<![A-Za-z0-9])(?:[Bb]earer|BEARER|[Bb]asic)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.?[A-Za-z0-9_-]*"  # a JWT
    r"|(?<![A-Za-z0-9])S[UAONC][A-Z2-7]{56}(?![A-Za-z0-9])"  # the seed of an NKey
)
_CREDENTIAL_MARKS: Final = ("earer", "EARER", "asic", "eyJ", "SU", "SA", "SO", "SN", "SC")


def redact_text(text: str) -> str:
    """The text without anything that looks like a 身份证, phone, e-mail, sealed value or credential."""
    if len(text) > MAX_TEXT:
        text = text[:MAX_TEXT].rstrip("0123456789 -") + "…"  # digits at the cut may be the better part of a number
    if "sealed:" in text:
        text = _SEALED.sub(REDACTED, text)
    if "@" in text:
        text = _AT.sub(_replacement, text)
    if any(mark in text for mark in _CREDENTIAL_MARKS):
        text = _CREDENTIAL.sub(REDACTED, text)
    return _NUMBER.sub(_replacement, text) if _DIGITS.search(text) else text


def redact(value: Any, depth: int = 0) -> Any:
    """The value with everything in it redacted, at any depth; what is nested deeper than a log needs is dropped."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return value
    if isinstance(value, int):
        return REDACTED if abs(value) >= 10**10 and _NUMBER.fullmatch(str(abs(value))) else value
    if depth >= _MAX_DEPTH:
        return REDACTED
    if isinstance(value, Mapping):
        return {redact(key, depth + 1): redact_entry(str(key), item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [redact(item, depth + 1) for item in value]
    return redact_text(repr(value))


def redact_entry(key: str, value: Any, depth: int = 0) -> Any:
    """The value as it may be logged under that key."""
    return REDACTED if value is not None and is_telling(key) else redact(value, depth)


def is_telling(key: str) -> bool:
    """Whether a value under that key is personal or secret whatever it looks like."""
    plain = _CAMEL.sub("_", key).lower().replace("-", "_")
    return plain in _PERSONAL_KEYS or _SECRET_KEY.search(plain) is not None


def _replacement(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return groups.get("keep") or f"{groups.get('scheme') or ''}{REDACTED}"
