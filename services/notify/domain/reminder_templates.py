"""The words of reminders (提醒、督促): what was to be done by when, by whom, and what is asked of who reads it.

Variables: `destination` is who has to act, `accepted_on` the day it was due, both always; `origin` is whose matter it is,
`name` 姓名 of the member it is about, `unit` the 统一社会信用代码 of an enterprise, `post` the kind of a post, `task` what the
holder of a case has to do.
"""

from collections.abc import Iterator
from typing import Final

from services.notify.domain.template import CLOSING, MessageTemplate


def _reminder(name: str, sms: str, subject: str, mail: str, to: str = "各有关党组织") -> Iterator[MessageTemplate]:
    yield MessageTemplate(name, "sms", sms)
    yield MessageTemplate(name, "email", f"{to}：\n\n{mail}{CLOSING}", subject=subject)


REMINDER_TEMPLATES: Final[tuple[MessageTemplate, ...]] = (
    # -- members who are away -----------------------------------------------------------------------------------------
    *_reminder(
        "care-duty-overdue",
        "${origin}${name}同志的流动党员联系服务事项已于${accepted_on}到期，由${destination}您负责办理，请尽快办结。",
        "流动党员联系服务事项到期提醒",
        "${origin}${name}同志的流动党员联系服务事项已于${accepted_on}到期，由${destination}您负责办理。\n\n"
        "请尽快办理并在雁阵中登记。逾期仍未办理的，将提请上级党组织协调。",
        to="您好",
    ),
    *_reminder(
        "care-duty-escalated",
        "${origin}${name}同志的流动党员联系服务事项于${accepted_on}到期，${destination}至今未办理，请予督促。",
        "流动党员联系服务事项逾期未办",
        "${origin}${name}同志的流动党员联系服务事项于${accepted_on}到期，${destination}至今未办理。\n\n"
        "请予督促，并在雁阵中查看具体事项。",
    ),
    *_reminder(
        "loss-proposed",
        "${origin}${name}同志的失联有关事项需${destination}研究，请于${accepted_on}前作出决定并登记。",
        "失联党员有关事项待研究",
        "${origin}${name}同志的失联有关事项已到规定时限，需${destination}研究。\n\n"
        "请核实查找情况，于${accepted_on}前依规作出决定，并在雁阵中登记。系统只作提醒，不作任何决定。",
    ),
    *_reminder(
        "loss-undecided",
        "${origin}${name}同志的失联有关事项应由${destination}于${accepted_on}前研究，至今未登记决定，请予督促。",
        "失联党员有关事项逾期未研究",
        "${origin}${name}同志的失联有关事项应由${destination}于${accepted_on}前研究，至今未在雁阵中登记决定。\n\n"
        "请予督促。系统只作提醒，不作任何决定。",
    ),
    *_reminder(
        "temporary-branch-overdue",
        "成立流动党员临时党支部的建议应由${destination}于${accepted_on}前研究，至今未登记决定，请予督促。",
        "成立流动党员临时党支部的建议逾期未研究",
        "成立流动党员临时党支部的建议应由${destination}于${accepted_on}前研究，至今未在雁阵中登记决定。\n\n"
        "请予督促，并在雁阵中查看具体事项。系统只作提醒，不作任何决定。",
    ),
    *_reminder(
        "card-return-overdue",
        "${name}同志的流动党员活动证应由${destination}于${accepted_on}前收回，至今未登记，请予督促。",
        "流动党员活动证逾期未收回",
        "${name}同志流动结束后，其流动党员活动证应由${destination}于${accepted_on}前收回，至今未在雁阵中登记收回或者遗失。\n\n"
        "请予督促。系统只作提醒，不作任何决定。",
    ),
    *_reminder(
        "nomination-overdue",
        "流动人才推荐事项应由${destination}于${accepted_on}前研究，至今未登记结果，请予督促。",
        "流动人才推荐事项逾期未研究",
        "流动人才推荐事项应由${destination}于${accepted_on}前研究，至今未在雁阵中登记结果。\n\n"
        "请予督促，并在雁阵中查看具体事项。系统只作提醒，不作任何决定。",
    ),
    *_reminder(
        "opinion-overdue",
        "流动党员的意见建议应由${destination}于${accepted_on}前答复，至今未登记答复，请予督促。",
        "流动党员意见建议逾期未答复",
        "流动党员的意见建议应由${destination}于${accepted_on}前答复，至今未在雁阵中登记答复。\n\n"
        "请予督促，并在雁阵中查看具体事项。",
    ),
    *_reminder(
        "survey-asked",
        "${destination}就流动党员服务管理征求您的意见，请于${accepted_on}前自愿答复，也可请联系人代为填写。",
        "征求流动党员意见",
        "${destination}就流动党员服务管理征求您的意见。\n\n"
        "请于${accepted_on}前自愿答复，也可请您的联系人代为填写；截止前可以更正。结果只公布汇总情况，不显示个人。",
        to="您好",
    ),
    *_reminder(
        "survey-results-out",
        "${destination}征求流动党员意见已于${accepted_on}截止，汇总结果可向您的联系人了解，感谢参与。",
        "征求流动党员意见的结果",
        "${destination}征求流动党员意见已于${accepted_on}截止。\n\n"
        "汇总结果可向您的联系人或者所在党支部了解。个人答复不予公布，感谢参与。",
        to="您好",
    ),
    # -- transfers and retained relations -----------------------------------------------------------------------------
    *_reminder(
        "case-overdue",
        "${name}同志的组织关系转接应由${destination}于${accepted_on}前${task}，现已逾期，请尽快办理。",
        "组织关系转接事项逾期提醒",
        "${name}同志的组织关系转接应由${destination}于${accepted_on}前${task}，现已逾期。\n\n"
        "请在雁阵中查看并尽快办理；暂时不能办理的，请说明原因。逾期仍未办理的，将提请上级党组织协调。",
    ),
    *_reminder(
        "case-escalated",
        "${name}同志的组织关系转接应由${destination}于${accepted_on}前${task}，至今未办理，请予督促。",
        "组织关系转接事项逾期未办",
        "${name}同志的组织关系转接应由${destination}于${accepted_on}前${task}，至今未办理。\n\n"
        "请予督促。该事项仍由${destination}办理，可在雁阵中查看进展。",
    ),
    *_reminder(
        "membership-in-doubt",
        "${name}同志的组织关系自${accepted_on}起转出，超过六个月无党组织接收，请${destination}核实。",
        "组织关系超过六个月未落实",
        "${name}同志的组织关系自${accepted_on}起转出，超过六个月仍无党组织接收。\n\n"
        "请${destination}核实其去向和原因，依规研究，并在雁阵中登记。系统只作提醒，不作任何决定。",
    ),
    *_reminder(
        "retention-contact-overdue",
        "${name}同志的组织关系保留在${destination}，至${accepted_on}已满半年未登记联系，请尽快联系。",
        "保留组织关系的党员半年未联系",
        "${name}同志的组织关系保留在${destination}，至${accepted_on}已满半年未在雁阵中登记联系情况。\n\n"
        "请尽快与其联系，了解思想、工作和生活情况，并登记。",
    ),
    *_reminder(
        "retention-limit-reached",
        "${name}同志的组织关系在${destination}保留的期限于${accepted_on}届满，请研究决定并登记。",
        "保留组织关系期限届满",
        "${name}同志的组织关系在${destination}保留的期限于${accepted_on}届满。\n\n"
        "请依规研究其组织关系的去向，并在雁阵中登记决定。系统只作提醒，不作任何决定。",
    ),
    *_reminder(
        "reconciliation-due",
        "${destination}的年度组织关系转接对账应于${accepted_on}进行，请及时核对转出与接收情况。",
        "年度组织关系转接对账提醒",
        "${destination}的年度组织关系转接对账应于${accepted_on}进行。\n\n"
        "请在雁阵中发起对账，逐项核对转出与接收情况，并处理差异。",
    ),
    *_reminder(
        "transfer-lapsed",
        "${origin}${name}同志的党员身份已终止，未办结的组织关系转接于${accepted_on}失效，${destination}无需再办理。",
        "组织关系转接失效通知",
        "${origin}${name}同志的党员身份已终止，未办结的组织关系转接于${accepted_on}失效。\n\n"
        "${destination}无需再办理该事项；已收到的介绍信请退回原党组织存档。",
    ),
    # -- units, organisations and their members -----------------------------------------------------------------------
    *_reminder(
        "formation-plan-overdue",
        "${destination}负责的党组织组建计划（单位代码${unit}）已于${accepted_on}到期，该单位尚无党组织覆盖，请抓紧落实。",
        "党组织组建计划到期提醒",
        "${destination}负责的党组织组建计划（一企一对策）已于${accepted_on}到期，"
        "统一社会信用代码为${unit}的单位尚无党组织覆盖。\n\n"
        "请抓紧落实，组建后在雁阵中登记；情况有变化的，请调整计划或者说明原因。",
        to="您好",
    ),
    *_reminder(
        "founding-reply-overdue",
        "${origin}成立党组织的请示应于${accepted_on}前批复，${destination}至今未登记批复结果，请尽快研究答复。",
        "成立党组织的请示逾期未批复",
        "${origin}成立党组织的请示应由${destination}于${accepted_on}前批复，至今未在雁阵中登记批复结果。\n\n"
        "请尽快研究答复，并在雁阵中登记。系统只作提醒，不作任何决定。",
    ),
    *_reminder(
        "election-due",
        "${destination}本届任期的届满日期为${accepted_on}，请按规定做好换届选举工作。",
        "换届选举提醒",
        "${destination}本届任期的届满日期为${accepted_on}。\n\n"
        "请按规定做好换届选举各项准备工作，选举结果及时在雁阵中登记；确需提前或者延期换届的，请按规定报上级党组织批准。",
    ),
    *_reminder(
        "election-due-below",
        "${destination}本届任期的届满日期为${accepted_on}，请予提醒，并指导其按期做好换届选举工作。",
        "下级党组织换届选举提醒",
        "${destination}本届任期的届满日期为${accepted_on}。\n\n请予提醒，并指导其按期做好换届选举工作。",
    ),
    *_reminder(
        "probation-over",
        "${destination}${name}同志的预备期已于${accepted_on}届满，请及时讨论其转正问题，并登记有关决定。",
        "预备党员预备期届满提醒",
        "${destination}${name}同志的预备期已于${accepted_on}届满，至今未在雁阵中登记决定。\n\n"
        "请及时召开支部党员大会讨论其转正问题，按规定报上级党组织审批。系统只作提醒，不作任何决定。",
    ),
    *_reminder(
        "member-without-organisation",
        "${name}同志于${accepted_on}转入的${origin}已撤销，请${destination}恢复该组织或者为该同志办理转接。",
        "转入的党组织已撤销",
        "${name}同志的组织关系于${accepted_on}转入${origin}，而该组织在转入前已撤销。\n\n"
        "请${destination}研究：恢复该组织，或者将该同志的组织关系转往其他党支部，并在雁阵中办理。系统只作提醒，不作任何决定。",
    ),
    # -- posts and places ---------------------------------------------------------------------------------------------
    *_reminder(
        "vacancy-overdue",
        "${destination}负责配备的${post}应于${accepted_on}前配齐，至今仍有空缺，请尽快配备。",
        "岗位空缺逾期未配备",
        "${destination}负责配备的${post}应于${accepted_on}前配齐，至今仍有空缺。\n\n"
        "请尽快配备，并在雁阵中查看具体岗位、登记任职情况。",
    ),
    *_reminder(
        "duty-gap",
        "${destination}所属工作站${accepted_on}尚未安排值班人员，请及时安排。",
        "工作站值班空缺提醒",
        "${destination}所属工作站${accepted_on}尚未安排值班人员。\n\n请在雁阵中查看值班表，及时安排或者调换值班人员。",
    ),
    *_reminder(
        "rectification-overdue",
        "${destination}负责的党建阵地整改事项已于${accepted_on}到期，至今未登记完成，请尽快整改。",
        "党建阵地整改事项逾期未完成",
        "${destination}负责的党建阵地整改事项已于${accepted_on}到期，至今未在雁阵中登记完成。\n\n"
        "请在雁阵中对照检查清单查看具体事项，尽快整改到位并登记整改情况。",
    ),
    *_reminder(
        "instructor-review-overdue",
        "党建指导员报名应由${destination}于${accepted_on}前审核，至今未登记审核结果，请尽快审核。",
        "党建指导员报名逾期未审核",
        "党建指导员报名应由${destination}于${accepted_on}前审核，至今未在雁阵中登记审核结果。\n\n"
        "请在雁阵中查看具体事项，尽快审核，并将结果告知报名人。系统只作提醒，不作任何决定。",
    ),
)
