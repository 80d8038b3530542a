"""How long a Chinese short message is and what a template makes of its variables: the rules of mainland providers."""

import re
from collections.abc import Mapping

from shared.kernel.errors import Invalid

ONE_PART = 70
"""Characters that fit one part, the signature with its 【】 included."""
PER_PART = 67
"""Characters per part once there is more than one."""
LONGEST = 500
"""Characters of the whole message; a longer one is refused."""

_VARIABLE = re.compile(r"\$\{(\w+)\}")


def render(template: str, variables: Mapping[str, str]) -> str:
    """The template with its variables filled in. Raises `Invalid` (`missing-variable`)."""

    def value(match: re.Match[str]) -> str:
        try:
            return str(variables[match[1]])
        except KeyError:
            raise Invalid(
                "missing-variable", f"the template needs {match[1]}", remedy="pass it", where=match[1]
            ) from None

    return _VARIABLE.sub(value, template)


def check_template(template: str) -> None:
    """Raises `Invalid` (`template-all-variable`) for a template without words of its own: providers approve none."""
    if not _VARIABLE.sub("", template).strip():
        raise Invalid(
            "template-all-variable",
            "a template must not be nothing but variables",
            remedy="put the fixed words of the message into the template",
        )


def full_text(sign: str, content: str) -> str:
    """What the phone shows and the provider counts."""
    return f"【{sign}】{content}"


def parts(text: str) -> int:
    """How many parts the full text is sent and charged as: 70→1, 71→2, 134→2, 135→3."""
    return 1 if len(text) <= ONE_PART else -(-len(text) // PER_PART)
