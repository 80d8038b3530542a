"""征求意见 as people live it: a body asks those who are away, they answer, correct themselves and come too late."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from services.mobility.application.organisations import organisations_above
from services.mobility.domain.form.decider import FORM, IssueForm
from services.mobility.domain.form.items import FormItem, FormKind, Items
from services.mobility.domain.opinion.decider import OPINION, SubmitOpinion
from services.mobility.domain.survey.decider import SURVEY, AnswerSurvey, OpenSurvey
from services.mobility.domain.survey.results import SMALLEST_GROUP
from services.mobility.domain.survey.withdrawal import WithdrawSurvey
from shared.eventstore.rows import Row
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.calendar import end_of_day, local_date
from shared.kernel.ids import derived_id
from shared.kernel.opinion import REPLY_DAYS, ReplyOpinion
from tests.simulation.away import team
from tests.simulation.clerk import Clerk
from tests.simulation.county import ELSEWHERE
from tests.simulation.transfers import DAY, HOUR, MINUTE
from tests.simulation.words import saying

if TYPE_CHECKING:
    from tests.simulation.world import World

QUESTIONS: Final[Items] = (
    FormItem(item_id="help", text="希望组织提供什么帮助", options=("培训", "岗位", "走访")),
    FormItem(item_id="words", text="其他意见"),
)
_PARTIES: Final = ("origin_id", "station_organisation_id", "destination_id")


def in_care(world: "World") -> list[Row]:
    """Every care that has not ended, as the read model has it."""
    rows = world.stores["mobility"].data.rows.get("care", {})
    return [dict(row) for _, row in sorted(rows.items()) if row["ended_at"] is None]


async def issue(clerk: Clerk, form_id: str, kind: FormKind, items: Items) -> None:
    """The first version of a form, by whoever needs it first; to say the same again changes nothing."""

    async def job(unit: UnitOfWork) -> Any:
        await unit.handle(FORM, form_id, IssueForm(
            form_id=form_id, form_version=1, kind=kind, title="问卷", items=items, source_document="县组发〔2026〕3号",
            issued_by=clerk.world.territory.organisations[0].key, issued_at=unit.clock.now(),
        ))  # fmt: skip
        return {"form_id": form_id}

    await clerk.ask("mobility", "issue", job, form_id)


async def survey(clerk: Clerk) -> None:
    """A body asks all in its care; some answer again, some at the last moment, some when it has closed or was taken back."""
    world, rng = clerk.world, clerk.rng
    identity, days = derived_id("survey", clerk.name), rng.choice((0, 1, 3))
    town = rng.random() < 0.3
    body = ELSEWHERE[1] if town else world.territory.organisations[0].key
    if len(in_care(world)) < SMALLEST_GROUP:
        await team(clerk)
    cares = [row for row in in_care(world) if not town or ELSEWHERE[1] in (row[name] for name in _PARTIES)]
    members = tuple(dict.fromkeys(row["member_id"] for row in cares))
    parties = tuple(sorted({row[name] for row in cares for name in _PARTIES} - {None}))

    async def open_(unit: UnitOfWork) -> Any:
        now, form = unit.clock.now(), (await unit.state(FORM, "questions"))
        await unit.handle(SURVEY, identity, OpenSurvey(
            survey_id=identity, body_id=body, title="流动党员需求", items=form.cited(1, "questionnaire").items,
            form_id="questions", form_version=1, member_ids=members, organisation_ids=parties,
            closes_at=end_of_day(local_date(now) + timedelta(days=days)), opened_at=now,
        ))  # fmt: skip
        return {"survey_id": identity}

    def answered(care: Row) -> Any:
        helps = rng.choice(QUESTIONS[0].options)
        by = rng.choice([care[name] for name in _PARTIES if care[name]])

        async def answer(unit: UnitOfWork, words: Any) -> Any:
            await unit.handle(SURVEY, identity, AnswerSurvey(
                member_id=care["member_id"], branch_id=care["origin_id"], answers={"help": helps, "words": words},
                entered_by=by, answered_at=unit.clock.now(),
            ))  # fmt: skip
            return {"survey_id": identity}

        return clerk.ask_prepared("mobility", "answer", saying(care["member_id"], "盼多联系", answer), identity)

    async def taken_back(unit: UnitOfWork) -> Any:
        now = unit.clock.now()
        await unit.handle(SURVEY, identity, WithdrawSurvey(text="重复调查", withdrawn_by=body, withdrawn_at=now))
        return {"survey_id": identity}

    await issue(clerk, "questions", "questionnaire", QUESTIONS)
    await clerk.at_once(*(clerk.ask("mobility", "ask", open_, identity) for _ in range(rng.choice((1, 1, 2)))))
    share = rng.choice((0.4, 0.9, 1.0))
    for care in cares:
        if rng.random() < share:
            await clerk.pause(MINUTE, HOUR)
            await clerk.at_once(*(answered(care) for _ in range(rng.choice((1, 1, 2)))))
    if rng.random() < 0.2:
        await clerk.at_once(clerk.ask("mobility", "take back", taken_back, identity), *map(answered, cares[2:4]))
    await clerk.pause(HOUR, (days + 1) * DAY)
    await clerk.at_once(*map(answered, cares[:2]))


async def opinion(clerk: Clerk) -> None:
    """Somebody who is away says something; the body answers, or two there answer, or it waits."""
    world, rng = clerk.world, clerk.rng
    cares = in_care(world)
    if not cares:
        return
    care, identity = rng.choice(cares), derived_id("opinion", clerk.name)
    body, member = str(care["origin_id"]), str(care["member_id"])

    async def said(unit: UnitOfWork, words: Any) -> Any:
        now, tree = unit.clock.now(), await organisations_above(unit, body_id=body)
        tree.require_active(body_id=body)
        await unit.handle(OPINION, identity, SubmitOpinion(
            opinion_id=identity, care_id=care["care_id"], member_id=member, branch_id=body, body_id=body,
            superior_id=tree.rows[body]["parent_id"], kind="deed", text=words, entered_by=body,
            due_at=end_of_day(local_date(now) + timedelta(days=REPLY_DAYS)), submitted_at=now,
        ))  # fmt: skip
        return {"opinion_id": identity}

    def reply(taken_up: bool) -> Any:
        async def replied(unit: UnitOfWork, words: Any) -> Any:
            await unit.handle(OPINION, identity, ReplyOpinion(
                taken_up=taken_up, text=words, replied_by=body, person_id="secretary", replied_at=unit.clock.now(),
            ))  # fmt: skip
            return {"opinion_id": identity}

        return clerk.ask_prepared("mobility", "reply", saying(member, "已安排", replied), identity)

    await clerk.ask_prepared("mobility", "say", saying(member, "帮忙照看老人", said), identity)
    await clerk.pause(MINUTE, DAY)
    if rng.random() < 0.8:
        await clerk.at_once(*map(reply, rng.choice(((True,), (True, False)))))
