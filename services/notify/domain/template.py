"""A template (模板) and how it becomes a message.

Gateways accept only texts that were registered beforehand, with variables in them (domain §3.3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Template as Text
from typing import Final

from services.notify.domain.sms_length import signed, sms_parts
from services.notify.domain.vocabulary import Channel
from shared.kernel.errors import Invalid

SIGNATURE: Final = "雁阵"
"""签名: simplified characters only, neither symbols nor blanks (domain §3.1)."""

CLOSING: Final = "\n\n本通知由雁阵自动发出，请勿直接回复。\n"
"""How every e-mail ends."""


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A text with `${variables}`; `subject` only for e-mail."""

    name: str
    channel: Channel
    text: str
    subject: str = ""

    @property
    def variables(self) -> frozenset[str]:
        """What has to be known before it can be rendered."""
        return frozenset(Text(self.subject).get_identifiers() + Text(self.text).get_identifiers())


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready to be sent. The gateway puts the signature before the `text` of a text message."""

    subject: str
    text: str


def render(template: MessageTemplate, variables: Mapping[str, str]) -> Rendered:
    """The message in words. Errors (`Invalid`): `template-variable-missing`, `sms-too-long`.

    Blanks and line breaks in values become one blank: a name with a line break in it would otherwise start a new header
    of the e-mail. No error repeats a value.
    """
    missing = sorted(name for name in template.variables if not variables.get(name, "").strip())
    if missing:
        raise Invalid(
            "template-variable-missing",
            f"the template {template.name} for {template.channel} needs {', '.join(missing)}",
            remedy="give a value for every variable of the template",
        )
    values = {name: " ".join(value.split()) for name, value in variables.items()}
    rendered = Rendered(Text(template.subject).substitute(values), Text(template.text).substitute(values))
    if template.channel == "sms":
        sms_parts(signed(rendered.text, SIGNATURE))
    return rendered
