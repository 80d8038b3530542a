"""Each guarantee of `docs/guarantees.md` has a test, and the test turns red when the mechanism behind it is removed.

The second half is what this file shows: every row runs the guarantee's test in a process of its own in which one
mechanism is switched off (`tests/support/mutations/`), and expects it to fail. That it passes with the mechanism in
place is shown by the ordinary run.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeGuard

import pytest

from tests.support.mutations import MUTATIONS

ROOT = Path(__file__).parents[2]
TRIES = 3

FAULTS = "tests/integration/messaging/test_delivery_under_faults.py::"
MEMORY = "tests/integration/messaging/test_consumer_on_memory.py::"
STORE = "tests/integration/eventstore/test_store_compliance.py::"
CHAIN = "tests/unit/eventstore/test_audit_chain.py::"
TRAIL = "tests/integration/eventstore/test_audit_trail.py::"
DOOR = "tests/integration/security/test_resolve_door.py::"
ERASING = "tests/integration/registry/test_erasing.py::"
HOLES = "tests/integration/messaging/test_holes.py::"
ORGANISATIONS = "tests/property/test_organisations_machine.py"
RACES = "tests/integration/registry/test_races.py::"
EXECUTOR = "tests/integration/eventstore/test_executor.py::"

RED = {
    "append-only-trigger-dropped": "tests/integration/eventstore/test_append_only.py",
    "application-may-update-events": "tests/integration/security/test_database_roles.py"
    "::test_a_service_has_no_right_to_rewrite_what_was_stored",
    "refusals-not-noted": "tests/integration/security/test_broker_identities.py"
    "::test_what_the_broker_refuses_makes_the_service_unready",
    "anybodys-events-may-be-published": "tests/integration/security/test_broker_identities.py"
    "::test_nobody_publishes_the_events_of_another_service",
    "lines-not-told-apart": "tests/integration/access/test_scopes.py::test_scopes",
    "whoever-says-so-acts": "tests/unit/cli/test_acting.py::test_outside_development_nobody_acts_without_a_token",
    "messages-are-not-forgotten": "tests/integration/notify/test_retention.py"
    "::test_what_was_forgotten_does_not_come_back",
    "words-are-encoded-and-not-encrypted": "tests/integration/mobility/test_words_are_sealed.py"
    "::test_what_is_said_is_nowhere_in_clear_is_read_on_record_and_goes_with_the_key",
    "rate-not-limited": "tests/unit/web/test_web_server.py"
    "::test_a_client_that_asks_too_often_is_told_when_to_come_back",
    "who-was-told-is-forgotten": "tests/unit/registry/test_campaign.py"
    "::test_each_is_told_once_a_round_what_they_lack_also_who_lacks_something_later",
    "whoever-is-asked-founds": "tests/integration/registry/test_working_committees_http.py"
    "::test_who_manages_a_unit_founds_in_it_and_a_guidance_committee_has_its_stations",
    "stream-versions-not-checked": STORE + "test_an_append_at_the_wrong_version_is_a_conflict_and_leaves_nothing",
    "remembered-reads-not-checked": EXECUTOR + "test_nothing_is_done_on_the_strength_of_what_this_process_remembers",
    "one-bad-work-fails-its-group": STORE + "test_in_a_group_the_first_of_two_wins_and_the_others_are_untouched",
    "order-of-the-queue-ignored": FAULTS + "test_the_public_order_is_gapless_and_keeps_the_order_of_each_stream",
    "leader-lock-not-taken": FAULTS + "test_only_one_can_lead_at_a_time",
    "fence-off": FAULTS + "test_a_stale_leader_is_refused_by_the_broker",
    "lost-messages-not-published-again": FAULTS
    + "test_a_broker_that_lost_everything_is_filled_again_from_the_database",
    "holes-not-noticed": HOLES + "test_a_hole_is_noticed_by_the_service_and_filled_from_its_database",
    "history-read-past-holes": HOLES + "test_bug_904_a_read_model_is_not_made_from_a_stream_that_lacks_something",
    "a-silent-database-is-waited-for": "tests/integration/eventstore/test_silent_database.py"
    "::test_every_connection_of_a_service_is_watched",
    "stream-ahead-not-noticed": FAULTS + "test_a_stream_that_is_ahead_of_the_database_stops_the_relay",
    "cursor-not-compared": FAULTS + "test_two_instances_of_one_consumer_have_each_effect_once",
    "gaps-not-noticed": MEMORY + "test_a_lost_or_repeated_message_changes_nothing",
    "keys-not-parked": FAULTS + "test_a_message_that_cannot_be_handled_holds_up_its_key_only",
    "killer-messages-not-counted": MEMORY + "test_bug_2_a_message_that_kills_its_process_is_set_aside_in_the_end",
    "timers-not-claimed": "tests/integration/processes/test_timers.py"
    "::test_a_timer_that_another_replica_has_fired_is_gone",
    "idempotency-keys-not-claimed": EXECUTOR + "test_a_request_repeated_at_once_or_later_takes_effect_once",
    "backup-without-the-barrier": "tests/integration/cli/test_backup_barrier.py"
    "::test_no_service_has_handled_what_its_source_has_not_said",
    "inbox-not-kept": "tests/integration/messaging/test_inbound_door.py::test_a_message_that_comes_again_takes_effect_once",
    "rebuild-without-the-lock": "tests/integration/eventstore/test_rebuild.py"
    "::test_a_rebuild_under_writes_gives_what_the_writes_gave",
    "units-listed-twice-not-noticed": "tests/integration/registry/test_lists_http.py"
    "::test_wrong_rows_are_named_with_row_and_column_in_a_file_and_the_right_ones_are_taken_over",
    "standing-of-units-not-dated": "tests/integration/registry/test_coverage_http.py"
    "::test_coverage_of_any_day_comes_with_what_it_is_a_rate_of",
    "formation-plans-without-deadlines": "tests/integration/registry/test_coverage_http.py"
    "::test_a_plan_that_nobody_carries_out_is_overdue",
    "membership-moved-from-anywhere": "tests/unit/registry/test_member.py::test_nobody_moves_from_where_they_are_not",
    "second-transfer-allowed": "tests/unit/mobility/test_member_case.py"
    "::test_second_transfer_is_refused_while_the_first_is_open",
    "an-end-writes-nothing-to-the-case": "tests/integration/mobility/test_races.py"
    "::test_a_request_at_the_instant_at_which_the_membership_ends_is_refused",
    "loss-read-from-its-row": "tests/integration/mobility/test_races.py"
    "::test_of_a_loss_report_and_a_request_at_once_the_second_knows_of_the_first",
    "a-retry-leaves-the-failure-standing": "tests/unit/mobility/test_relocation.py"
    "::TestLateness::test_who_is_being_tried_again_is_not_tried_a_third_time_until_that_has_failed_too",
    "propagated-before-all-is-in": "tests/unit/mobility/test_relocation.py"
    "::test_nothing_is_propagated_while_one_row_is_missing",
    "sent-again-while-unknown": "tests/unit/notify/test_message.py",
    "seal-not-bound-to-its-person": "tests/unit/privacy/test_sealer.py"
    "::test_a_value_cannot_be_moved_to_another_person_or_field",
    "erasure-keeps-the-key": "tests/unit/privacy/test_sealer.py"
    "::test_after_erasure_every_value_reads_as_erased_and_others_are_untouched",
    "audit-chain-not-checked": CHAIN + "test_a_changed_record_with_a_hash_that_fits_is_found_by_the_next",
    "audit-anchors-ignored": CHAIN + "test_a_cut_end_is_found_by_what_was_told_outside_and_by_nothing_else",
    "audit-apart-from-its-effect": TRAIL + "test_an_effect_and_its_record_are_stored_together_or_not_at_all",
    "audit-trail-not-locked": TRAIL + "test_many_writers_in_several_processes_make_one_unbroken_chain",
    "anybody-has-anything-opened": DOOR + "test_what_a_role_has_no_right_to_is_refused_and_the_attempt_is_on_record",
    "answered-without-a-record": DOOR + "test_without_a_record_there_is_no_answer",
    "erasure-leaves-the-blind-index": ERASING + "test_no_number_leads_to_an_erased_person_and_no_event_holds_one",
    "erasure-does-not-wait": ERASING + "test_an_erasure_waits_while_a_transfer_is_open_and_not_longer",
    "two-owners-of-one-number": STORE + "test_a_number_leads_to_one_person_and_a_phone_to_several",
    "retired-keys-accepted": "tests/integration/privacy/test_key_encryptions.py"
    "::test_a_version_is_given_up_only_when_no_key_needs_it_and_then_for_good",
    "the-lead-leaves-with-its-party": "tests/unit/mobility/test_care.py"
    "::test_a_leading_party_that_leaves_hands_the_lead_back_first",
    "few-who-answered-are-shown": "tests/unit/mobility/test_survey.py::test_no_few_can_be_worked_out_from_what_is_shown",
    "one-side-is-enough": "tests/unit/mobility/test_appraisal.py"
    "::test_there_is_no_result_without_both_sides_and_none_that_nobody_decided",
    "duties-stay-with-who-left": "tests/unit/mobility/test_care.py::test_duties_go_to_a_party_when_it_joins",
    "a-timer-stops-the-membership": "tests/unit/mobility/test_lost_contact.py::test_a_timer_never_makes_a_decision",
    "both-letters-are-good": "tests/unit/mobility/test_transfer_letter.py::TestReissue",
    "a-case-may-be-nobodys": "tests/integration/mobility/test_cases_http.py"
    "::test_no_open_case_is_without_a_holder_or_a_due_time_and_the_database_sees_to_it",
    "a-leg-counts-each-time": "tests/unit/mobility/test_transfer_rules_of_the_field.py::TestWays",
    "tried-again-beside-what-may-arrive": "tests/integration/notify/test_party_retries.py"
    "::test_nobody_is_told_beside_a_message_that_may_still_arrive",
    "arrivals-leave-the-mark": RACES + "test_bug_1401_whoever_comes_while_it_is_dissolved_keeps_an_organisation",
    "joint-branches-are-not-counted": RACES
    + "test_bug_1402_of_the_last_two_units_of_a_joint_branch_at_once_one_is_refused",
    "elections-are-reminded-of-again": ORGANISATIONS,
    "versions-of-rows-stay-behind": ORGANISATIONS,
    "told-as-often-as-it-is-said": "tests/integration/notify/test_reminders.py"
    "::test_whoever_is_named_is_told_of_what_is_overdue_once_on_each_channel",
    "unknown-actions-allowed": "tests/unit/security/test_policy.py::test_what_is_not_in_the_table_is_refused",
    "scope-not-compared": "tests/unit/security/test_policy.py::test_two_roles_do_not_add_up_to_a_third",
    "signatures-not-verified": "tests/unit/security/test_tokens.py::test_a_key_is_used_for_what_it_is_for",
    "development-tokens-everywhere": "tests/unit/security/test_tokens.py"
    "::test_the_development_issuer_counts_in_development_only",
    "effects-without-their-own-span": "tests/unit/runtime/test_meters.py"
    "::test_of_many_traces_each_goes_on_unbroken_and_the_batch_is_linked_to_all",
    "failures-of-unsampled-traces-dropped": "tests/unit/observability/test_provisional.py"
    "::test_of_a_trace_that_failed_all_that_happened_here_is_kept",
    "seats-have-room-for-all": "tests/unit/registry/test_seat.py::test_a_seat_has_one_holder_at_a_time",
    "what-hangs-on-a-post-is-not-known": "tests/integration/registry/test_posts_http.py"
    "::test_whoever_leaves_hands_over_all_that_hangs_on_the_post",
    "the-roll-is-never-left": "tests/unit/registry/test_member_standing.py"
    "::test_whoever_is_off_the_roll_is_neither_moved_nor_confirmed",
    "queries-passed-over": "tests/unit/web/test_query_parameters.py::test_any_other_parameter_is_named_and_refused",
    "keys-kept-as-written": "tests/unit/web/test_web_preconditions.py"
    "::test_a_key_is_kept_as_its_callers_own_and_as_nothing_that_was_written",
    "a-busy-database-condemns": "tests/integration/eventstore/test_busy_database.py",
}


def test_every_mutation_has_a_test_that_it_turns_red() -> None:
    assert set(RED) == set(MUTATIONS)


def test_every_guarantee_names_a_test_and_a_mutation_that_exist() -> None:
    rows = [line for line in (ROOT / "docs/guarantees.md").read_text().splitlines() if line.startswith("| G")]
    assert len(rows) >= 15
    for row in rows:
        tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", row)
        assert tests, f"no test in: {row}"
        for path, name in tests:
            assert re.search(rf"\b(def|class) {name}\b", (ROOT / path).read_text()), f"{path}::{name} does not exist"
        assert any(f"`{name}`" in row for name in MUTATIONS), f"no mutation in: {row}"


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest) -> Iterator[dict[str, Future[subprocess.CompletedProcess[str]]]]:
    """Every run that was asked for, two at a time: each waits for its own servers most of the time."""
    wanted = [str(item.callspec.params["name"]) for item in request.session.items if _is_run(item)]
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(_run_without, name) for name in wanted}
        pool.shutdown(cancel_futures=True)


def _is_run(item: pytest.Item) -> TypeGuard[pytest.Function]:
    return (
        isinstance(item, pytest.Function)
        and item.originalname == "test_without_its_mechanism_a_guarantee_does_not_hold"
    )


def _run_without(name: str) -> subprocess.CompletedProcess[str]:
    # Without a lock nobody need come to harm in this very run: a race that is possible shows in one of a few.
    for _ in range(TRIES):
        result = _run(name)
        if result.returncode:
            break
    return result


def _run(name: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_XDIST")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.support.mutations", "-p", "no:cacheprovider",
         "--hypothesis-profile=red", "--timeout", "80", RED[name]],
        cwd=ROOT, env=environment | {"YANZHEN_MUTATION": name}, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(RED))
def test_without_its_mechanism_a_guarantee_does_not_hold(
    name: str, runs: dict[str, Future[subprocess.CompletedProcess[str]]]
) -> None:
    result = runs[name].result()
    said = result.stdout[-3000:] + result.stderr[-2000:]
    # Red by its own assertion or time-out (exit 1 with a failed test), not because it could not even be collected.
    assert result.returncode == 1, said
    assert re.search(r"\b1 failed\b", result.stdout) or "Timeout" in said, said
