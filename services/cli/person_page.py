"""The page that a person reads about themselves. One file, no script, nothing fetched from elsewhere."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from html import escape
from typing import Any, Final

from shared.kernel.calendar import SHANGHAI
from shared.privacy.purposes import PURPOSES

_FIELDS: Final = {"name": "姓名", "resident_id": "身份证号", "phone": "手机", "email": "电子邮箱"}
_TABLES: Final = {
    "events": "事件 events", "members": "名册 roll", "memberships": "组织关系 memberships",
    "transfers": "组织关系转接 transfers",
    "relocations": "转接传达 relocations", "propagation": "传达台账 propagation", "messages": "通知 messages",
    "audit": "查询与操作留痕 audit", "erasures": "删除请求 erasures", "posts": "任职 posts", "timers": "期限 timers",
    "dead_letters": "未能处理的消息 dead letters", "parked": "等待处理的消息 parked", "blind_index": "号码索引 index",
    "idempotency_keys": "请求应答 answers", "sends": "待发通知 sends", "open_cases": "在办事项 open cases",
}  # fmt: skip
_HIDDEN_COLUMNS: Final = frozenset({"prev", "hash", "meta", "headers", "schema_version", "event_id", "seq"})
_COLUMNS: Final = {
    "at": "时间", "service": "服务", "actor": "操作者", "action": "操作", "purpose": "目的", "outcome": "结果",
    "what": "内容", "kept": "保存", "basis": "依据", "name": "姓名", "phone": "手机", "email": "电子邮箱",
    "resident_id": "身份证号", "member_id": "党员", "organisation_id": "党组织", "status": "状态", "since": "起",
    "transfer_id": "转接", "relocation_id": "转接", "admitted_on": "入党日期", "probation_ends_on": "预备期满",
    "erased": "已删除", "from_branch_id": "转出支部", "to_branch_id": "转入支部", "from_committee_id": "转出党委",
    "to_committee_id": "转入党委", "letter_number": "介绍信编号", "requested_at": "申请时间", "accepted_at": "接收时间",
    "channel": "渠道", "template": "模板", "type": "事件", "data": "数据", "recorded_at": "记录时间", "reason": "原因",
}  # fmt: skip
_MOST: Final = 2000
_WIDE: Final = 9
"""Columns in a table at the most."""

_STYLE: Final = """
:root { --ink:#1d2733; --soft:#5b6878; --line:#d9dfe6; --red:#b3261e; --paper:#fff; --wash:#f5f7f9 }
* { box-sizing:border-box } body { margin:0; color:var(--ink); background:var(--wash);
 font:15px/1.55 "Noto Sans SC","PingFang SC","Microsoft YaHei",system-ui,sans-serif }
main { max-width:1080px; margin:0 auto; padding:32px 20px 64px }
h1 { font-size:26px; margin:0 0 4px }
h2 { font-size:18px; margin:36px 0 10px; border-left:4px solid var(--red); padding-left:10px }
h3 { font-size:15px; margin:22px 0 6px } p { margin:6px 0 } .soft { color:var(--soft) }
.card { background:var(--paper); border:1px solid var(--line); border-radius:8px; padding:16px 20px; margin-top:18px }
dl { display:grid; grid-template-columns:minmax(8em,auto) 1fr; gap:6px 14px; margin:0 } dt { color:var(--soft) }
dd { margin:0; overflow-wrap:anywhere }
.scroll { overflow-x:auto; background:var(--paper); border:1px solid var(--line); border-radius:8px }
table { border-collapse:collapse; width:100%; font-size:13px } th,td { text-align:left; vertical-align:top; padding:6px 10px;
 border-bottom:1px solid var(--line) } th { color:var(--soft); font-weight:600; white-space:nowrap; background:var(--wash) }
tr:last-child td { border-bottom:0 } td { overflow-wrap:anywhere; min-width:6em; max-width:26em }
summary { cursor:pointer; padding:6px 0 } @media print { body { background:#fff } details { display:block } }
"""


def page(document: Mapping[str, Any]) -> str:
    """The document as HTML."""
    held: Mapping[str, Mapping[str, list[dict[str, Any]]]] = document["held"]
    audit = [row | {"service": service} for service, tables in held.items() for row in tables.get("audit", [])]
    cells = _Cells(document["names"])
    data = document["personal_data"]
    parts = [
        "<!doctype html><html lang='zh-CN'><head><meta charset='utf-8'><meta name='robots' content='noindex'>",
        "<meta name='viewport' content='width=device-width,initial-scale=1'><title>个人信息查阅 Personal data</title>",
        f"<style>{_STYLE}</style></head><body><main>",
        "<h1>个人信息查阅与复制</h1><p class='soft'>What this installation holds about one person (PIPL art. 45)</p>",
        "<div class='card'><dl>",
        _pair("编号 id", document["person_id"]),
        *(_pair(title, data[field]) for field, title in _FIELDS.items() if field in data),
        _pair("出具时间", _time(document["made_at"])),
        _pair("出具人", document["made_by"]),
        "</dl></div>",
        f"<h2>谁查阅或操作过 Who looked ({len(audit)})</h2>",
        cells.table(
            sorted(audit, key=lambda row: str(row["at"])), ["at", "service", "actor", "action", "purpose", "outcome"]
        ),
        "<h2>保存期限 How long it is kept</h2>",
        cells.table(document["retention"], ["what", "kept", "basis"]),
        "<h2>全部记录 All records</h2>",
    ]
    for service, tables in held.items():
        parts.append(f"<h3>{escape(service)}</h3>")
        for name, rows in tables.items():
            if name != "audit":
                title = f"{escape(_TABLES.get(name, name))} ({len(rows)})"
                shown = " open" if name in ("members", "memberships", "transfers") else ""
                parts.append(f"<details{shown}><summary>{title}</summary>{cells.table(rows)}</details>")
        if not tables:
            parts.append("<p class='soft'>没有记录 nothing</p>")
    parts.append(f"<p class='soft'>未列入 Not included: {escape(document['not_included'])}</p></main></body></html>\n")
    return "".join(parts)


def _pair(name: str, value: Any) -> str:
    return f"<dt>{escape(name)}</dt><dd>{escape(str(value)) or '—'}</dd>"


class _Cells:
    """How values look. `names` are those of organisations and stations, by id: a person does not know ids."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def table(self, rows: Iterable[Mapping[str, Any]], columns: list[str] | None = None) -> str:
        """A table; or, where it would be too wide to read, a list of its own per row."""
        listed = list(rows)
        if not listed:
            return "<p class='soft'>没有记录 nothing</p>"
        names = columns or [name for name in listed[0] if name not in _HIDDEN_COLUMNS]
        shown = listed[:_MOST]
        more = f"<p class='soft'>… {len(listed) - _MOST} more in the JSON file</p>" if len(listed) > _MOST else ""
        if len(names) > _WIDE:
            return "".join(self._card(row, names) for row in shown) + more
        head = "".join(f"<th>{_title(name)}</th>" for name in names)
        body = "".join("<tr>" + "".join(f"<td>{self.cell(row.get(n))}</td>" for n in names) + "</tr>" for row in shown)
        return f"<div class='scroll'><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"

    def _card(self, row: Mapping[str, Any], names: list[str]) -> str:
        pairs = "".join(
            f"<dt>{_title(n)}</dt><dd>{self.cell(row[n])}</dd>" for n in names if row.get(n) not in (None, "")
        )
        return f"<div class='card'><dl>{pairs}</dl></div>"

    def cell(self, value: Any) -> str:
        if value is None or value in ("", []):
            return "—"
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, dict):
            return "<br>".join(f"<span class='soft'>{_title(k)}</span> {self.cell(v)}" for k, v in value.items())
        if isinstance(value, list):
            if isinstance(value[0], dict):
                inner = "".join(f"<div class='card'>{self.cell(one)}</div>" for one in value)
                return f"<details><summary>{len(value)}</summary>{inner}</details>"
            return ", ".join(self.cell(one) for one in value)
        if isinstance(value, str) and value in self._names:
            return f"{escape(self._names[value])} <span class='soft'>{escape(value)}</span>"
        if isinstance(value, str) and value in PURPOSES:
            return f"{escape(PURPOSES[value].partition(':')[0])} <span class='soft'>{escape(value)}</span>"
        return escape(_time(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _title(column: str) -> str:
    known = _COLUMNS.get(str(column))
    return f"{known} <span class='soft'>{escape(str(column))}</span>" if known else escape(str(column))


def _time(text: str) -> str:
    if len(text) < 19 or text[4:5] != "-" or text[10:11] != "T":
        return text
    try:
        return f"{datetime.fromisoformat(text).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return text
