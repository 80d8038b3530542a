"""Every row of the table of reminders fits its event, its words, and who can be reached."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

import services.notify.application.reactions as reactions
from services.mobility.domain.terms import Task
from services.notify.application.reminder_table import REMINDERS, Reminder
from services.notify.application.reminders import messages
from services.notify.domain.message.policy import DEFAULT_POLICY
from services.notify.domain.posts import CAMPAIGNS, POSTS, STEPS, TASKS
from services.notify.domain.reminder_templates import REMINDER_TEMPLATES
from services.notify.domain.templates import find_template
from services.notify.domain.vocabulary import Channel
from shared.contracts.base import PublicEvent
from shared.contracts.mobility import CaseEscalated
from shared.contracts.registry import CampaignKind, ElectionDue, PostKind, WorkMeans

GOLDEN = Path(__file__).resolve().parents[2] / "contract" / "golden"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ROWS = [(event, row) for event, rows in REMINDERS.items() for row in rows]
WORDS = {"member": "name"}
"""Of the references, those that a template calls otherwise."""


def label(value: Any) -> str:
    return value.template if isinstance(value, Reminder) else value.event_name


def example(event: type[PublicEvent]) -> PublicEvent:
    said = event.model_validate_json((GOLDEN / f"{event.ce_type}.json").read_text(encoding="utf-8"))
    return said.model_copy(update={"due_at": NOW}) if event is CaseEscalated else said


def test_what_an_earlier_release_said_without_a_time_is_told_to_nobody() -> None:
    [row] = REMINDERS[CaseEscalated]
    before = example(CaseEscalated).model_copy(update={"due_at": None})
    assert list(messages(row, before, DEFAULT_POLICY, NOW)) == []


@pytest.mark.parametrize(("event", "row"), ROWS, ids=label)
def test_a_row_names_fields_of_its_event(event: type[PublicEvent], row: Reminder) -> None:
    assert {row.to, row.about, row.due, row.unless or row.to, *row.refers.values()} <= event.model_fields.keys()


@pytest.mark.parametrize(("event", "row"), ROWS, ids=label)
def test_a_row_gives_all_that_its_words_need_on_every_channel(event: type[PublicEvent], row: Reminder) -> None:
    told = getattr(example(event), row.to)
    whom = [told] if isinstance(told, str) else told
    queued = list(messages(row, example(event), DEFAULT_POLICY, NOW))
    said = [(command.recipient.ref_id, command.channel) for command in queued]
    assert said == [(one, channel) for one in whom for channel in get_args(Channel)]
    for command in queued:
        given = {WORDS.get(name, name) for name in command.references}
        assert find_template(command.template, command.channel).variables <= given


@pytest.mark.parametrize(("event", "row"), ROWS, ids=label)
def test_the_same_fact_said_again_is_the_same_message(event: type[PublicEvent], row: Reminder) -> None:
    first, again = (list(messages(row, example(event), DEFAULT_POLICY, at)) for at in (NOW, datetime.now(UTC)))
    assert [command.message_id for command in first] == [command.message_id for command in again]


def test_no_two_rows_make_the_same_message() -> None:
    ids = [each.message_id for event, row in ROWS for each in messages(row, example(event), DEFAULT_POLICY, NOW)]
    assert len(set(ids)) == len(ids)


def test_each_reminder_of_one_term_is_a_message_of_its_own() -> None:
    [told, _] = REMINDERS[ElectionDue]
    terms = [example(ElectionDue).model_copy(update={"months_left": months}) for months in (6, 3, 0)]
    assert len({each.message_id for term in terms for each in messages(told, term, DEFAULT_POLICY, NOW)}) == 6


def test_where_nobody_stands_above_nobody_is_told() -> None:
    [_, below] = REMINDERS[ElectionDue]
    top = example(ElectionDue).model_copy(update={"parent_id": None})
    assert list(messages(below, top, DEFAULT_POLICY, NOW)) == []


def test_every_row_is_followed_and_every_text_is_used() -> None:
    followed = {event for table in reactions.FOLLOWS.values() for event in table}
    assert REMINDERS.keys() <= followed
    assert {row.template for _, row in ROWS} == {template.name for template in REMINDER_TEMPLATES}


def test_every_kind_of_post_has_a_name() -> None:
    assert POSTS.keys() == set(get_args(PostKind))


def test_every_kind_of_campaign_has_words() -> None:
    assert CAMPAIGNS.keys() == set(get_args(CampaignKind))


def test_every_step_has_words() -> None:
    assert STEPS.keys() == set(get_args(WorkMeans))


def test_every_task_has_words() -> None:
    assert TASKS.keys() == set(get_args(Task))


def test_the_last_resort_is_not_asked_to_urge_itself() -> None:
    [row] = REMINDERS[CaseEscalated]
    top = example(CaseEscalated).model_copy(update={"superior_id": "city", "holder_id": "city"})
    assert list(messages(row, top, DEFAULT_POLICY, NOW)) == []
