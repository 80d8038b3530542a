"""The words of our messages: for each group of roles one text message and one e-mail about a relocation, and the reminders.

A changed text message is a new registration at the gateway, which takes days. No text has a link, a contact id or
anything to be clicked: those get extra review there, and teach people to trust phishing.

Variables: `name` 姓名, `origin` and `destination` the names of the two branches, `accepted_on` the day in Chinese form;
for those of reminders see `reminder_templates`.
"""

from typing import Final

from services.notify.domain.reminder_templates import REMINDER_TEMPLATES
from services.notify.domain.template import CLOSING, MessageTemplate
from services.notify.domain.vocabulary import Channel, PartyRole
from shared.kernel.errors import NotFound

_RELOCATION: Final[tuple[MessageTemplate, ...]] = (
    MessageTemplate(
        "relocation-member",
        "sms",
        "${name}同志，您的组织关系已由${origin}转至${destination}，请尽快联系新支部，按时参加组织生活。",
    ),
    MessageTemplate(
        "relocation-member",
        "email",
        "${name}同志：\n\n"
        "您的组织关系已于${accepted_on}由${origin}转至${destination}。\n\n"
        "请尽快与新支部取得联系，按时参加组织生活、交纳党费。如发现信息有误，请向新支部或原支部反映。" + CLOSING,
        subject="您的组织关系已转至${destination}",
    ),
    MessageTemplate(
        "relocation-origin",
        "sms",
        "${name}同志的组织关系已由${origin}转至${destination}，请更新党员名册，妥善保管介绍信存根。",
    ),
    MessageTemplate(
        "relocation-origin",
        "email",
        "各有关党组织：\n\n"
        "${name}同志的组织关系已于${accepted_on}由${origin}转至${destination}，转出手续已由接收方确认。\n\n"
        "请及时更新党员名册，妥善保管介绍信存根，并在雁阵中确认收到本通知。" + CLOSING,
        subject="组织关系转出确认：${origin}",
    ),
    MessageTemplate(
        "relocation-destination",
        "sms",
        "${name}同志的组织关系已由${origin}转至${destination}，请及时联系本人，安排参加组织生活。",
    ),
    MessageTemplate(
        "relocation-destination",
        "email",
        "各有关党组织：\n\n"
        "${name}同志的组织关系已于${accepted_on}由${origin}转至${destination}。\n\n"
        "请及时与本人取得联系，编入党小组，安排参加组织生活；请接收党委自接收之日起一个月内退回介绍信回执，"
        "并在雁阵中确认收到本通知。" + CLOSING,
        subject="组织关系转入确认：${destination}",
    ),
    MessageTemplate(
        "relocation-superior",
        "sms",
        "您所辖范围内，${name}同志的组织关系已由${origin}转至${destination}，特此通知。",
    ),
    MessageTemplate(
        "relocation-superior",
        "email",
        "您好：\n\n"
        "${name}同志的组织关系已于${accepted_on}由${origin}转至${destination}，双方均在您所辖范围内，特此通知。\n\n"
        "逾期未办结的事项将另行提请您协调。请在雁阵中确认收到本通知。" + CLOSING,
        subject="组织关系转接情况通知",
    ),
    MessageTemplate(
        "relocation-others",
        "sms",
        "${name}同志的组织关系已由${origin}转至${destination}，请按职责做好工作衔接。",
    ),
    MessageTemplate(
        "relocation-others",
        "email",
        "您好：\n\n"
        "${name}同志的组织关系已于${accepted_on}由${origin}转至${destination}。\n\n"
        "该同志由您联系或服务，请按职责做好工作衔接，更新联系走访台账。" + CLOSING,
        subject="组织关系变动通知",
    ),
)

TEMPLATES: Final = {(template.name, template.channel): template for template in (*_RELOCATION, *REMINDER_TEMPLATES)}

_GROUP_OF_ROLE: Final[dict[PartyRole, str]] = {
    "member": "member",
    "origin_branch": "origin",
    "origin_committee": "origin",
    "origin_station": "origin",
    "destination_branch": "destination",
    "destination_committee": "destination",
    "destination_station": "destination",
    "common_superior": "superior",
}


def template_name_for(role: PartyRole) -> str:
    """The name of the template that tells a party in this role about a relocation."""
    return f"relocation-{_GROUP_OF_ROLE.get(role, 'others')}"


def find_template(name: str, channel: Channel) -> MessageTemplate:
    """Errors (`NotFound`): `template-unknown`."""
    template = TEMPLATES.get((name, channel))
    if template is None:
        raise NotFound("template-unknown", f"there is no template {name} for {channel}", remedy="check the name")
    return template
