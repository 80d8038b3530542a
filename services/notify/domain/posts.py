"""What a kind of post or campaign, a task and a step are called in a message."""

from collections.abc import Mapping
from typing import Final

POSTS: Final[Mapping[str, str]] = {
    "station_head": "站长",
    "deputy_head": "副站长",
    "instructor": "党建指导员",
    "contact_leader": "联点领导",
    "liaison": "联络员",
    "officer": "党建专干",
    "grid_head": "网格长",
    "secretary": "书记",
    "part_time_member": "兼职委员",
}
"""By the word of the published language; a test holds the two together."""

CAMPAIGNS: Final[Mapping[str, str]] = {
    "formation": "党组织集中组建工作",
    "survey": "走访摸底工作",
    "activity_site": "村级活动场所建设工作",
}
"""By the word of the published language, as well."""

STEPS: Final[Mapping[str, str]] = {
    "instructor": "选派党建指导员",
    "liaison": "确定联络员",
    "trade_union": "组建工会",
    "youth_league": "组建共青团组织",
    "womens_federation": "组建妇联组织",
}
"""By the word of the published language, as well."""

TASKS: Final[Mapping[str, str]] = {
    "approve": "审批",
    "accept": "决定是否接收",
    "acknowledge_void": "确认原介绍信作废",
    "check_dossier": "核查档案",
    "assign_branch": "确定接收的党支部",
    "await_outside": "催办外地回执",
    "return_receipt": "退回回执",
    "confirm_membership": "登记入册",
    "resolve_rejection": "处理退回事项",
    "resolve_expiry": "处理过期介绍信",
}
"""What the holder of a case (轮到谁) has to do; a test holds them together as well."""
