"""The words of our messages."""

from typing import get_args

import pytest

from services.notify.domain.sms_length import PART_OF_SEVERAL, signed, sms_length, sms_parts
from services.notify.domain.template import SIGNATURE, MessageTemplate, render
from services.notify.domain.templates import TEMPLATES, find_template, template_name_for
from services.notify.domain.vocabulary import Channel, PartyRole
from shared.kernel.errors import Invalid, NotFound

CHANNELS: tuple[Channel, ...] = get_args(Channel)
ROLES: tuple[PartyRole, ...] = get_args(PartyRole)
VARIABLES = {
    "name": "阿卜杜勒·热合曼",
    "origin": "中共永州市冷水滩区梅湾街道某某科技有限公司联合支部委员会",
    "destination": "中共常德市武陵区永安街道某某商业广场非公企业第一支部委员会",
    "accepted_on": "2026年10月1日",
    "unit": "91110108551385082Q",
    "post": "党建指导员",
    "task": "确定接收的党支部",
    "campaign": "村级活动场所建设工作",
    "expected": "10000",
    "missing": "10000",
    "step": "组建共青团组织",
}


def label(template: MessageTemplate) -> str:
    return f"{template.name}-{template.channel}"


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_told_on_every_channel(role: PartyRole, channel: Channel) -> None:
    template = find_template(template_name_for(role), channel)
    rendered = render(template, VARIABLES)
    assert "$" not in rendered.subject + rendered.text
    assert VARIABLES["destination"] in rendered.text
    assert bool(rendered.subject) == (channel == "email")
    assert template.variables <= VARIABLES.keys()


@pytest.mark.parametrize("template", [each for each in TEMPLATES.values() if each.channel == "sms"], ids=label)
def test_a_text_message_has_at_most_two_parts_even_with_long_names(template: MessageTemplate) -> None:
    text = signed(render(template, VARIABLES).text, SIGNATURE)
    assert sms_length(text) <= 2 * PART_OF_SEVERAL
    assert sms_parts(text) <= 2


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=label)
def test_no_text_has_a_link_or_a_contact_id(template: MessageTemplate) -> None:
    assert not any(word in template.text for word in ("http", "www", "QQ", "微信", "点击"))


def test_sides_and_superiors_have_words_of_their_own() -> None:
    assert template_name_for("member") == "relocation-member"
    assert template_name_for("origin_station") == "relocation-origin"
    assert template_name_for("destination_branch") == "relocation-destination"
    assert template_name_for("common_superior") == "relocation-superior"
    assert template_name_for("grid_head") == "relocation-others"


@pytest.mark.parametrize("value", ["", "  "])
def test_a_missing_variable_is_named(value: str) -> None:
    with pytest.raises(Invalid, match=r"^template-variable-missing: .* needs origin"):
        render(find_template("relocation-member", "sms"), {**VARIABLES, "origin": value})


def test_a_value_cannot_start_a_new_header_of_an_e_mail() -> None:
    template = find_template("relocation-member", "email")
    rendered = render(template, {**VARIABLES, "destination": "某支部\r\nBcc: all@example.org"})
    assert "\n" not in rendered.subject
    assert "\r" not in rendered.subject


def test_a_value_is_not_a_template() -> None:
    rendered = render(find_template("relocation-member", "sms"), {**VARIABLES, "name": "${origin}"})
    assert rendered.text.startswith("${origin}同志")


def test_a_text_message_that_no_gateway_takes_is_refused_before_it_is_sent() -> None:
    with pytest.raises(Invalid, match=r"^sms-too-long:"):
        render(find_template("relocation-member", "sms"), {**VARIABLES, "origin": "长" * 500})


def test_an_unknown_template_is_not_found() -> None:
    with pytest.raises(NotFound, match=r"^template-unknown:"):
        find_template("relocation-nobody", "sms")
