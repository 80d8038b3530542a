"""Whoever an event of something overdue names is told of it, in words of their own, once on each channel."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shared.contracts import mobile_members as away
from shared.contracts import mobility, registry
from shared.contracts.base import PublicEvent
from tests.integration.notify.world import Sinks, World

DUE = datetime(2026, 4, 30, 15, 59, 59, 999999, tzinfo=UTC)
DAY = date(2026, 4, 30)
B1, B2 = "b1@office.example", "b2@office.example"
M2, M3 = "m2@mail.example", "m3@mail.example"


def overdue(about: str) -> list[tuple[PublicEvent, dict[str, str]]]:
    """Each event with who hears of it, and what they are told."""
    duty: dict[str, Any] = {"care_id": about, "member_id": "m1", "duty_id": "contact.origin", "kind": "contact",
                            "origin_branch_id": "b1", "organisation_id": "b1", "person_id": "m2", "due_at": DUE}  # fmt: skip
    loss: dict[str, Any] = {"member_id": "m1", "proposal": "stop_membership", "branch_id": "b1", "body_id": "b2",
                            "due_at": DUE}  # fmt: skip
    places: dict[str, Any] = {"scope": "organisation", "scope_id": "b2", "organisation_id": "b2"}
    plan = "中共第一支部负责的党组织组建计划（一企一对策）已于2026年4月30日到期，统一社会信用代码为91110108551385082Q的单位"
    return [
        (away.CareDutyOverdue.model_validate(duty | {"holder_role": "origin"}),
         {M2: "中共第一支部王小雁同志的流动党员联系服务事项已于2026年4月30日到期"}),
        (away.CareDutyEscalated.model_validate(duty | {"superior_id": "b2"}), {B2: "请予督促，并在雁阵中查看具体事项"}),
        (away.LossProposed.model_validate(loss), {B2: "系统只作提醒，不作任何决定"}),
        (away.LossProposalOverdue.model_validate(loss | {"superior_id": "b1"}),
         {B1: "应由中共第二支部于2026年4月30日前研究"}),
        (away.TemporaryBranchOverdue(proposal_id=about, body_id="b1", superior_id="b2", due_at=DUE),
         {B2: "成立流动党员临时党支部的建议应由中共第一支部于2026年4月30日前研究"}),
        (away.CardReturnOverdue(card_id=about, member_id="m1", body_id="b1", superior_id="b2", due_at=DUE),
         {B2: "其流动党员活动证应由中共第一支部于2026年4月30日前收回"}),
        (away.NominationOverdue(nomination_id=about, member_id="m1", body_id="b1", superior_id="b2", due_at=DUE),
         {B2: "流动人才推荐事项应由中共第一支部于2026年4月30日前研究"}),
        (away.OpinionOverdue(opinion_id=about, body_id="b1", superior_id="b2", due_at=DUE),
         {B2: "流动党员的意见建议应由中共第一支部于2026年4月30日前答复"}),
        (away.SurveyAsked(survey_id=about, body_id="b1", member_ids=("m2", "m3"), closes_at=DUE),
         dict.fromkeys((M2, M3), "请于2026年4月30日前自愿答复，也可请您的联系人代为填写")),
        (away.SurveyResultsOut(survey_id=about, body_id="b1", member_ids=("m2", "m3"), closes_at=DUE),
         dict.fromkeys((M2, M3), "个人答复不予公布")),
        (away.SurveyTakenBack(survey_id=about, body_id="b1", member_ids=("m2", "m3"), closes_at=DUE),
         dict.fromkeys((M2, M3), "已作的答复不予统计")),
        (away.AppraisalOverdue(appraisal_id=about, member_id="m1", turn="station", body_id="b1", superior_id="b2",
                               due_at=DUE), {B2: "王小雁同志的流动党员年度评议应由中共第一支部于2026年4月30日前完成"}),
        (away.AppraisalDecided(appraisal_id=about, care_id="d1", member_id="m2", year=2026, decided_by="b1",
                               decided_at=DUE), {M2: "中共第一支部已于2026年4月30日研究您的流动党员年度评议"}),
        (mobility.CaseOverdue(case_id=about, member_id="m1", holder_id="b1", task="accept", due_at=DUE),
         {B1: "王小雁同志的组织关系转接应由中共第一支部于2026年4月30日前决定是否接收，现已逾期"}),
        (mobility.CaseEscalated(case_id=about, member_id="m1", holder_id="b1", superior_id="b2", task="accept", due_at=DUE),
         {B2: "应由中共第一支部于2026年4月30日前决定是否接收，至今未办理"}),
        (mobility.MembershipInDoubt(transfer_id=about, member_id="m1", letter_number="1", body_id="b1", since=DUE),
         {B1: "王小雁同志的组织关系自2026年4月30日起转出，超过六个月仍无党组织接收"}),
        (mobility.RetentionContactOverdue(retention_id=about, member_id="m1", committee_id="b2", due_at=DUE),
         {B2: "至2026年4月30日已满半年未在雁阵中登记联系情况"}),
        (mobility.RetentionLimitReached(retention_id=about, member_id="m1", committee_id="b2", kind="abroad", limit_at=DUE),
         {B2: "在中共第二支部保留的期限于2026年4月30日届满"}),
        (mobility.ReconciliationDue(organisation_id="b2", year=2025, due_at=DUE),
         {B2: "中共第二支部的年度组织关系转接对账应于2026年4月30日进行"}),
        (registry.FormationPlanOverdue(uscc="91110108551385082Q", revision=1, due_on=DAY, contact_person_id="m2",
                                       responsible_id="b1", overdue_at=DUE), {M2: plan, B1: plan}),
        (registry.CampaignDue(campaign_id=about, round=1, kind="activity_site", organisation_id="b1", ends_on=DAY, expected=1,
                              missing=1, found_at=DUE),
         {B1: "中共第一支部负责的村级活动场所建设工作应于2026年4月30日前完成，共1项，尚有1项未完成"}),
        (registry.CampaignEnded(campaign_id=about, round=1, kind="survey", organisation_id="b2", starts_on=DAY, ends_on=DAY,
                                expected_before=0, done_before=0, expected=9, done=7, missing=2, target_percent=100,
                                reached=False),
         {B2: "中共第二支部组织的走访摸底工作已于2026年4月30日结束，共9项，未完成2项"}),
        (registry.RipeningStepOverdue(uscc="91110108551385082Q", revision=1, means="trade_union", due_on=DAY,
                                      responsible_id="b1", found_at=DUE),
         {B1: "单位组建工会应于2026年4月30日前完成，由中共第一支部负责，至今未完成"}),
        (registry.UnitRipened(uscc="91110108551385082Q", revision=1, responsible_id="b1", ripe_on=DAY, mode="single",
                              organisation_kind="branch", why="enough_members"),
         {B1: "请中共第一支部在雁阵中查看建议的组建方式，研究组建"}),
        (registry.FoundingReplyOverdue(founding_id=about, applied_by="b1", decided_by="b2", reply_by=DAY, overdue_at=DUE),
         {B2: "中共第一支部成立党组织的请示应由中共第二支部于2026年4月30日前批复"}),
        (registry.ElectionDue(organisation_id="b1", parent_id="b2", ends_on=DAY, months_left=3, reminded_at=DUE),
         {B1: "请按规定做好换届选举各项准备工作", B2: "请予提醒，并指导其按期做好换届选举工作"}),
        (registry.ProbationOver(member_id="m1", organisation_id="b1", probation_ends_on=DAY),
         {B1: "中共第一支部王小雁同志的预备期已于2026年4月30日届满"}),
        (registry.MemberWithoutOrganisation(member_id="m1", organisation_id="b1", superior_id="b2", transfer_id=about,
                                            found_at=DUE),
         {B2: "王小雁同志的组织关系于2026年4月30日转入中共第一支部，而该组织在转入前已撤销"}),
        (registry.OrganisationWithoutUnit(organisation_id="b1", superior_id="b2", uscc="91110108551385082Q", closed_on=DAY),
         {B2: "中共第一支部所在单位（统一社会信用代码91110108551385082Q）已于2026年4月30日注销"}),
        (registry.VacancyOverdue(seat_id=about, kind="officer", least=2, held=1, due_at=DUE, **places),
         {B2: "中共第二支部负责配备的党建专干应于2026年4月30日前配齐，至今仍有空缺"}),
        (registry.DutyGapFound(station_id=about, organisation_id="b2", day=DAY, found_at=DUE),
         {B2: "中共第二支部所属工作站2026年4月30日尚未安排值班人员"}),
        (registry.OpinionOverdue(opinion_id=about, scope="station", scope_id="s1", body_id="b1", superior_id="b2", due_at=DUE),
         {B2: "党员综合服务中心（平台）收到的意见建议应由中共第一支部于2026年4月30日前答复"}),
        (registry.RectificationOverdue(inspection_id=about, missing=("chart",), rectify_by=DAY, **places),
         {B2: "中共第二支部负责的党建阵地整改事项已于2026年4月30日到期"}),
        (registry.InstructorReviewOverdue(application_id=about, station_id="s1", organisation_id="b2", due_at=DUE),
         {B2: "党建指导员报名应由中共第二支部于2026年4月30日前审核"}),
    ]  # fmt: skip


@pytest.mark.usefixtures("served")
async def test_whoever_is_named_is_told_of_what_is_overdue_once_on_each_channel(world: World, sinks: Sinks) -> None:
    await world.admit("m2", phone="13900139002", email=M2)
    await world.admit("m3", phone="13900139003", email=M3)
    expected = []
    for event, told in overdue(f"x-{uuid.uuid4()}"):
        known = {row["message_id"] for row in await world.store.find_rows("messages", {})}
        for _ in range(2):
            await world.hear(event)
        rows = [row for row in await world.store.find_rows("messages", {}) if row["message_id"] not in known]
        assert sorted(row["channel"] for row in rows) == ["email"] * len(told) + ["sms"] * len(told), event.ce_type
        mails = [row["message_id"] for row in rows if row["channel"] == "email"]
        expected.append((event.ce_type, mails, told))
    await world.send()
    for name, mails, told in expected:
        for message_id in mails:
            await world.until(message_id, "delivered")
        [*found] = [mail for message_id in mails for mail in await sinks.mails(message_id)]
        assert sorted(address for mail in found for address in mail["recipients"]) == sorted(told), name
        for mail in found:
            assert told[mail["recipients"][0]] in mail["text"], name
            assert "$" not in mail["text"]


@pytest.mark.usefixtures("served")
async def test_of_an_erased_member_nobody_is_told_and_what_names_none_still_goes_out(world: World) -> None:
    about = f"x-{uuid.uuid4()}"
    await world.hear(registry.PersonErased(person_id="m1", erased_at=DUE))
    await world.hear(registry.ProbationOver(member_id="m1", organisation_id="b1", probation_ends_on=date(2026, 5, 1)))
    await world.hear(
        registry.InstructorReviewOverdue(application_id=about, station_id="s1", organisation_id="b2", due_at=DUE)
    )
    await world.send()
    [gone] = await world.store.find_rows("messages", {"template": "probation-over", "channel": "email"})
    assert (gone["status"], gone["code"]) == ("undelivered", "subject-erased")
    [still] = await world.store.find_rows("messages", {"relocation_id": about, "channel": "email"})
    await world.until(still["message_id"], "delivered")
