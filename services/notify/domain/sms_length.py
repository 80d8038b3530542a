"""How many parts a text message is charged and sent as (domain §3.3, Aliyun and Huawei).

Up to 70 characters, the signature 【】 included, are one part; a longer text is cut into parts of 67, because each then
carries a header. 500 characters are the most that gateways take.
"""

from typing import Final

from shared.kernel.errors import Invalid

SINGLE_PART: Final = 70
PART_OF_SEVERAL: Final = 67
LONGEST: Final = 500


def signed(content: str, signature: str) -> str:
    """The text as it arrives: gateways put the registered signature (签名) before the content."""
    return f"【{signature}】{content}"


def sms_length(text: str) -> int:
    """Characters as UCS-2 counts them: a rare Han character or an emoji takes two."""
    return len(text.encode("utf-16-le")) // 2


def sms_parts(text: str) -> int:
    """The parts of a complete text, signature included.

    Errors (`Invalid`): `sms-empty`, `sms-too-long`.
    """
    length = sms_length(text)
    if not length:
        raise Invalid("sms-empty", "a text message needs a text", remedy="check the template")
    if length > LONGEST:
        raise Invalid(
            "sms-too-long",
            f"a text message has at most {LONGEST} characters with its signature, this has {length}",
            remedy="shorten the template, or send the long form by e-mail",
        )
    return 1 if length <= SINGLE_PART else -(-length // PART_OF_SEVERAL)
