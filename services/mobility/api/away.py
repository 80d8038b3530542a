"""The routes of mobile members (流动党员)."""

from collections.abc import Sequence

from fastapi import APIRouter

from services.mobility.api.activities import activities
from services.mobility.api.activity_plans import activity_plans
from services.mobility.api.appraisals import appraisals
from services.mobility.api.branch_proposals import branch_proposals
from services.mobility.api.cards import cards
from services.mobility.api.care import care
from services.mobility.api.care_rules import care_rules
from services.mobility.api.departures import departures
from services.mobility.api.forms import forms
from services.mobility.api.lost_contact import lost_contact
from services.mobility.api.nominations import nominations
from services.mobility.api.opinions import opinions
from services.mobility.api.surveys import surveys
from services.mobility.api.talents import talents
from services.mobility.api.whereabouts import whereabouts
from shared.runtime.definition import Running


def away_routers(running: Running) -> Sequence[APIRouter]:
    """One router per resource."""
    return [
        departures(running),
        whereabouts(running),
        care(running),
        care_rules(running),
        cards(running),
        lost_contact(running),
        talents(running),
        nominations(running),
        opinions(running),
        forms(running),
        surveys(running),
        appraisals(running),
        activities(running),
        activity_plans(running),
        branch_proposals(running),
    ]
