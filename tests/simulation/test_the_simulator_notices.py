"""The simulator is tested too: with a mechanism switched off it has to find a seed that fails for it, and soon."""

import re
import sys

import pytest

from tests.simulation.mutations import SWITCHES, off
from tests.simulation.plan import SHORT
from tests.simulation.run import live

MOST_SEEDS = 200

MISSED = {
    "a-timer-stops-the-membership": "was decided by .*, not by a body",
    "an-organisation-tells-what-was-said-of-it": "what was said of itself",
    "answered-after-the-closing": "which had closed",
    "answers-outlive-their-persons": "the answer .* is erased",
    "away-twice": "is away twice",
    "care-goes-on-after-the-return": "its care at open",
    "corrected-after-the-other-had-spoken": "after both had spoken",
    "counted-although-it-was-taken-back": "which had closed|was closed twice|taken back, and its results are out",
    "cursor-not-compared": "took message .* twice|before its message",
    "cursor-outside-the-transaction": "took message .* twice|before its message",
    "decided-without-both-sides": "and of its sides spoke",
    "dissolved-with-all-in-it": "is dissolved with|which is dissolved|is dissolved, and",
    "duties-stay-with-who-left": "who is not its",
    "erased-in-mid-case": "erased in the midst of",
    "erasure-leaves-the-blind-index": "a number leads to",
    "fence-off": "holds another message",
    "found-nowhere-means-closed": "because it is closed, and it is not",
    "gaps-not-noticed": "before its message|went past message",
    "groups-outlive-their-branch": "is dissolved, and its group",
    "heads-stay-behind": "heads the group .*, and is in",
    "held-although-it-was-called-off": "had been held or called off",
    "idempotency-keys-not-claimed": "answered in two ways|took effect twice",
    "inbox-not-kept": "took message .* twice",
    "keys-not-parked": "before its message",
    "keys-outlive-their-persons": "counts as erased, and the key is there",
    "killer-messages-not-counted": "hours after the last fault: .* lacks",
    "leader-lock-not-taken": "busy without getting anywhere|another message|published after",
    "lost-messages-not-published-again": r"OUT_\w+ ends at \d+ of",
    "membership-moved-from-anywhere": "was moved from",
    "nominated-against-their-will": "which nobody had proposed|called overdue",
    "on-a-card-once-more": "had been held or called off",
    "order-of-the-queue-ignored": "was published after",
    "overdue-is-said-again": "is called overdue twice",
    "overdue-is-told-to-nobody": "was not told by",
    "probation-extended-again": "was extended twice",
    "propagated-before-all-is-in": "was called propagated without",
    "remembered-reads-not-checked": "has no end|two|lacks|twice|remembers",
    "results-of-another-day": "and there were",
    "ripe-and-nobody-told": "is ripe, and nobody was told",
    "ripe-at-each-look": "announced twice as ripe",
    "rounds-without-an-end": "has no result",
    "second-transfer-allowed": "has two open transfers",
    "sent-again-while-unknown": r"was sent \d times",
    "settling-not-claimed": "took message .* twice|before its message",
    "silence-counts-as-a-refusal": r"was sent \d times",
    "small-groups-shown": "a group is too small|the total is shown",
    "stopped-and-still-under-way": "which is over",
    "stream-versions-not-checked": "two|twice|holds for|remembers|no end|was moved from",
    "surveys-without-an-end": "should have closed at",
    "taken-in-outside-and-still-on-the-roll": "was taken in outside by",
    "the-dissolved-have-no-heir": "turn, which is dissolved",
    "the-lead-leaves-with-its-party": "which is not there",
    "timers-not-cancelled": "fired for .* was not set",
    "timers-not-claimed": "fired for",
    "who-has-left-is-decided-about": "who is not on probation|and had left by",
    "who-was-told-is-forgotten": "was told twice of round|is called late twice",
    "worked-with-what-is-covered": "has an organisation or is closed, and is worked with",
}
"""What has to be said of it: a failure for another reason is no finding."""


def test_every_switch_is_tried() -> None:
    assert set(MISSED) == set(SWITCHES)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(MISSED))
def test_what_is_switched_off_is_missed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with off(name):
        for seed in range(1, MOST_SEEDS + 1):
            violation = live(seed, SHORT, keep=1).violation
            if violation is not None and re.search(MISSED[name], str(violation)):
                break
        else:
            pytest.fail(f"{name} was not missed in {MOST_SEEDS} seeds")
    with capsys.disabled():
        sys.stdout.write(f" ({name} after {seed}) ")
