"""The table of the policy (权限表): every action of every service, and which rule holds for it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.security.actor import Role
from shared.security.rules import COMMITTEES, DEPARTMENTS, ON_SITE, PERSONS, Relation, Rule, rule

_TRANSFER_STEP: Final = rule((COMMITTEES, Relation.INVOLVED))

TABLE: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        # -- registry: units belong to a place, until an organisation is founded in them (谁管理谁组建, 属地) -----------
        "unit.register": rule((COMMITTEES, Relation.AREA)),
        "unit.change": rule((COMMITTEES, Relation.AREA), (COMMITTEES, Relation.INVOLVED)),
        "unit.survey": rule(((*COMMITTEES, *ON_SITE), Relation.AREA), ((*COMMITTEES, *ON_SITE), Relation.INVOLVED)),
        "unit.cover": rule((COMMITTEES, Relation.AREA), (COMMITTEES, Relation.WITHIN)),
        "unit.close": rule((COMMITTEES, Relation.AREA)),
        "unit.read": rule(
            ((*COMMITTEES, *ON_SITE, Role.AUDITOR), Relation.AREA), (PERSONS, Relation.INVOLVED), looks=True
        ),
        # -- registry: forming organisations in units, and how far that has come --------------------------------------
        "formation-rules.adopt": rule((DEPARTMENTS, Relation.AREA)),
        "formation-rules.read": rule((PERSONS, Relation.ANYWHERE), looks=True),
        "formation.read": rule(((*COMMITTEES, Role.STATION_HEAD, Role.AUDITOR), Relation.AREA), looks=True),
        "formation-plan.keep": rule((COMMITTEES, Relation.AREA), (COMMITTEES, Relation.INVOLVED)),
        "formation-plan.read": rule(((*COMMITTEES, *ON_SITE, Role.AUDITOR), Relation.INVOLVED), looks=True),
        "coverage.read": rule(((*COMMITTEES, Role.STATION_HEAD, Role.AUDITOR), Relation.AREA), looks=True),
        "list.import": rule((COMMITTEES, Relation.AREA)),
        "list.read": rule(((*COMMITTEES, Role.AUDITOR), Relation.AREA), looks=True),
        # A drive through an area: whoever runs it, for places of theirs; above and below it everybody sees how far it is.
        "campaign.keep": rule((COMMITTEES, Relation.AREA)),
        "campaign.read": rule((PERSONS, Relation.ADDRESSED), looks=True),
        # -- registry: the tree. Who may be an endpoint of transfers is said by departments, not by itself -----------
        "organisation.found": rule(((Role.OPERATOR,), Relation.ROOT), (COMMITTEES, Relation.WITHIN)),
        "organisation.change": rule((COMMITTEES, Relation.WITHIN)),
        "organisation.empower": rule(((Role.OPERATOR,), Relation.ROOT), (DEPARTMENTS, Relation.WITHIN)),
        "organisation.reparent": rule((DEPARTMENTS, Relation.WITHIN)),
        "organisation.dissolve": rule((COMMITTEES, Relation.WITHIN)),
        "founding.apply": rule(((*COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "founding.decide": rule((COMMITTEES, Relation.INVOLVED)),
        "founding.read": rule(((*COMMITTEES, Role.BRANCH_SECRETARY, Role.AUDITOR), Relation.INVOLVED), looks=True),
        "organisation.restore": rule((COMMITTEES, Relation.WITHIN)),
        "organisation.upgrade": rule((COMMITTEES, Relation.WITHIN)),
        "organisation.elect": rule(((*COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "organisation.extend-term": rule((COMMITTEES, Relation.WITHIN)),
        "election.read": rule((PERSONS, Relation.INVOLVED), looks=True),
        "organisation.receive": rule((COMMITTEES, Relation.WITHIN)),
        "reorganisation.read": rule(((*COMMITTEES, Role.AUDITOR), Relation.INVOLVED), looks=True),
        # Who guides by the line of the trade is settled by the department above, and whoever is guided may know (L28).
        "organisation.guide": rule((DEPARTMENTS, Relation.WITHIN)),
        "organisation.guidance": rule((PERSONS, Relation.WITHIN), looks=True),
        "organisation.read": rule(((*PERSONS, Role.OPERATOR, Role.OUTSIDE_SYSTEM), Relation.ADDRESSED), looks=True),
        # 党小组: the branch divides itself, and whoever is above it may.
        "party-group.keep": rule(((*COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "party-group.read": rule((PERSONS, Relation.INVOLVED), looks=True),
        "station.open": rule((COMMITTEES, Relation.WITHIN)),
        "station.read": rule(((*PERSONS, Role.OPERATOR, Role.OUTSIDE_SYSTEM), Relation.ANYWHERE), looks=True),
        # By names of offices and firms, of what one may list: see services/registry/api/search.py.
        "name.search": rule(
            ((*COMMITTEES, *ON_SITE, Role.AUDITOR), Relation.AREA),
            (PERSONS, Relation.INVOLVED),
            (PERSONS, Relation.ADDRESSED),
            looks=True,
        ),
        "station.change": rule((COMMITTEES, Relation.WITHIN)),
        "station.plan-duty": rule(((*COMMITTEES, Role.STATION_HEAD), Relation.WITHIN)),
        # Sites, platforms, grids and groups, with what belongs to them and what is found there.
        "place.keep": rule((COMMITTEES, Relation.WITHIN)),
        "place.read": rule((PERSONS, Relation.INVOLVED), looks=True),
        "practice.keep": rule((COMMITTEES, Relation.WITHIN), (COMMITTEES, Relation.AREA)),
        "practice.read": rule((PERSONS, Relation.INVOLVED), (COMMITTEES, Relation.AREA), looks=True),
        # What people say at a place: whoever answers for it enters it, the body that is asked answers.
        "opinion.handle": rule(((*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY), Relation.INVOLVED)),
        "opinion.read": rule((PERSONS, Relation.INVOLVED), looks=True),
        "funding.record": rule((COMMITTEES, Relation.WITHIN)),
        "funding.read": rule(((*COMMITTEES, Role.AUDITOR), Relation.INVOLVED), looks=True),
        "station.read-members": rule((PERSONS, Relation.INVOLVED), looks=True),
        "post.assign": rule((COMMITTEES, Relation.WITHIN), (COMMITTEES, Relation.AREA)),
        "post.leave": rule((COMMITTEES, Relation.WITHIN), (COMMITTEES, Relation.AREA)),
        "post.read": rule(
            (PERSONS, Relation.INVOLVED), (COMMITTEES, Relation.AREA), (PERSONS, Relation.SELF), looks=True
        ),
        # Who serves writes down their own visits, committees those of all whom they answer for.
        "visit.record": rule(
            (COMMITTEES, Relation.WITHIN),
            (COMMITTEES, Relation.AREA),
            ((*ON_SITE, Role.BRANCH_SECRETARY), Relation.SELF),
        ),
        "visit.read": rule(
            (PERSONS, Relation.INVOLVED), (COMMITTEES, Relation.AREA), (PERSONS, Relation.SELF), looks=True
        ),
        # Applications, strengths and documents: whoever the place belongs to; what documents say, everybody may know.
        "staffing.set": rule((COMMITTEES, Relation.WITHIN)),
        "staffing.read": rule((PERSONS, Relation.INVOLVED), looks=True),
        "instructor.apply": rule((COMMITTEES, Relation.WITHIN), ((*ON_SITE, Role.BRANCH_SECRETARY), Relation.SELF)),
        "instructor.review": rule((COMMITTEES, Relation.WITHIN)),
        "instructor.read": rule((PERSONS, Relation.INVOLVED), (PERSONS, Relation.SELF), looks=True),
        "policy-document.issue": rule((COMMITTEES, Relation.WITHIN)),
        "policy-document.read": rule((PERSONS, Relation.ANYWHERE), looks=True),
        # -- registry: the roll (the member's own branch; domain §3.2: a branch sees its own, a committee what is below) --
        "member.admit": rule((COMMITTEES, Relation.WITHIN)),
        "member.change-contact": rule(((*COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "member.decide": rule((COMMITTEES, Relation.WITHIN)),
        "member.read": rule((PERSONS, Relation.WITHIN), looks=True),
        # As a file, which leaves the house: for those who keep the roll, and who examines what they do.
        "member.export": rule(((*COMMITTEES, Role.BRANCH_SECRETARY, Role.AUDITOR), Relation.WITHIN), looks=True),
        # By 身份证 number or phone: for those who keep the roll, and who examines what they do.
        "member.lookup": rule(((*COMMITTEES, Role.BRANCH_SECRETARY, Role.AUDITOR), Relation.WITHIN), looks=True),
        # -- mobility: seen by both sides and the path between; who acts, acts for an organisation of its own ---------
        "transfer.request": rule(((*COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "transfer.resend": _TRANSFER_STEP,
        "transfer.approve": _TRANSFER_STEP,
        "transfer.reissue-letter": _TRANSFER_STEP,
        "transfer.accept": _TRANSFER_STEP,
        "transfer.reject": _TRANSFER_STEP,
        "transfer.withdraw": _TRANSFER_STEP,
        "transfer.return-receipt": _TRANSFER_STEP,
        "transfer.close": _TRANSFER_STEP,
        "transfer.assign-branch": _TRANSFER_STEP,
        "transfer.hold": _TRANSFER_STEP,
        "transfer.acknowledge-void": _TRANSFER_STEP,
        "transfer.record-leg": _TRANSFER_STEP,
        "transfer.record-receipt": _TRANSFER_STEP,
        "transfer.print-letter": _TRANSFER_STEP,
        "transfer-rules.adopt": rule((DEPARTMENTS, Relation.AREA)),
        "transfer-rules.read": rule((PERSONS, Relation.ANYWHERE), looks=True),
        "inbound-letter.handle": rule((COMMITTEES, Relation.WITHIN)),
        "inbound-letter.read": rule((PERSONS, Relation.INVOLVED), looks=True),
        "retention.keep": rule((COMMITTEES, Relation.WITHIN)),
        "retention.read": rule((PERSONS, Relation.INVOLVED), looks=True),
        "reconciliation.run": rule((COMMITTEES, Relation.WITHIN)),
        "reconciliation.read": rule(((*COMMITTEES, Role.AUDITOR), Relation.WITHIN), looks=True),
        "outcome.read": rule(((*COMMITTEES, Role.AUDITOR), Relation.INVOLVED), looks=True),
        "relocation.retry": rule((COMMITTEES, Relation.INVOLVED)),
        "transfer.read": rule((PERSONS, Relation.INVOLVED), (PERSONS, Relation.SELF), looks=True),
        "case.read": rule((PERSONS, Relation.INVOLVED), looks=True),
        "relocation.acknowledge": rule(
            ((*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY), Relation.INVOLVED),
            ((*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY, Role.OUTSIDE_SYSTEM), Relation.SELF),
        ),
        "relocation.read": rule(
            (PERSONS, Relation.INVOLVED), ((*PERSONS, Role.OUTSIDE_SYSTEM), Relation.SELF), looks=True
        ),
        # -- mobility: members who are away. Both ends and the station see them; who acts, acts for a party (三方共管) ------
        "departure.register": rule(((*COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "departure.report-in": rule(((*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "departure.act": rule(((*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY), Relation.INVOLVED)),
        "departure.read": rule((PERSONS, Relation.INVOLVED), (PERSONS, Relation.SELF), looks=True),
        "care.act": rule(((*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY), Relation.INVOLVED)),
        "care.lead": rule((COMMITTEES, Relation.INVOLVED)),
        "care.read": rule((PERSONS, Relation.INVOLVED), (PERSONS, Relation.SELF), looks=True),
        # What members are asked: anybody may know the questions; the answers are known to nobody but as figures (N24).
        "form.issue": rule((COMMITTEES, Relation.WITHIN)),
        "form.read": rule((PERSONS, Relation.ANYWHERE), looks=True),
        "survey.open": rule(((*COMMITTEES, Role.STATION_HEAD, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "survey.answer": rule(
            ((*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY), Relation.INVOLVED),
            ((*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY), Relation.SELF),
        ),
        "survey.read": rule((PERSONS, Relation.INVOLVED), looks=True),
        "appraisal.open": rule(((*COMMITTEES, Role.STATION_HEAD, Role.BRANCH_SECRETARY), Relation.INVOLVED)),
        "appraisal.act": rule(((*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY), Relation.INVOLVED)),
        "appraisal.decide": rule((COMMITTEES, Relation.INVOLVED)),
        "appraisal.read": rule((PERSONS, Relation.INVOLVED), (PERSONS, Relation.SELF), looks=True),
        "activity.plan": rule(((*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "activity.act": rule(((*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY), Relation.INVOLVED)),
        "activity.read": rule((PERSONS, Relation.INVOLVED), looks=True),
        "care-rules.adopt": rule((DEPARTMENTS, Relation.AREA)),
        "care-rules.read": rule((PERSONS, Relation.ANYWHERE), looks=True),
        "card.issue": rule(((*COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "card.act": rule(((*COMMITTEES, *ON_SITE, Role.BRANCH_SECRETARY), Relation.INVOLVED)),
        "card.read": rule((PERSONS, Relation.INVOLVED), (PERSONS, Relation.SELF), looks=True),
        "lost-contact.report": rule(((*COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "lost-contact.decide": rule((COMMITTEES, Relation.WITHIN)),
        "lost-contact.read": rule((PERSONS, Relation.WITHIN), looks=True),
        "talent.keep": rule(((*COMMITTEES, Role.BRANCH_SECRETARY), Relation.WITHIN)),
        "talent.decide": rule((COMMITTEES, Relation.WITHIN)),
        "talent.read": rule(((*COMMITTEES, Role.BRANCH_SECRETARY, Role.AUDITOR), Relation.WITHIN), looks=True),
        "branch-proposal.decide": rule((COMMITTEES, Relation.WITHIN)),
        "branch-proposal.read": rule(((*COMMITTEES, Role.AUDITOR), Relation.WITHIN), looks=True),
        # -- assessment: the organisation department assesses, the authority of the trade guides (L28) ----------------
        "rule-set.adopt": rule((DEPARTMENTS, Relation.ANYWHERE)),
        "rule-set.read": rule((PERSONS, Relation.ANYWHERE), looks=True),
        "quarter.open": rule((DEPARTMENTS, Relation.ANYWHERE)),
        "quarter.publish": rule((DEPARTMENTS, Relation.ANYWHERE)),
        "assessment.score": rule((DEPARTMENTS, Relation.INVOLVED)),
        "assessment.read": rule(
            ((*COMMITTEES, Role.STATION_HEAD, Role.AUDITOR), Relation.INVOLVED),
            ((Role.INSTRUCTOR,), Relation.SELF),
            looks=True,
        ),
        "roster.read": rule((PERSONS, Relation.WITHIN), (PERSONS, Relation.SELF), looks=True),
        # -- the command line, where the machine's keys are ------------------------------------------------------------
        "installation.operate": rule(((Role.OPERATOR,), Relation.ANYWHERE)),
        # -- notify ------------------------------------------------------------------------------------------------------
        "message.read": rule((PERSONS, Relation.INVOLVED), (PERSONS, Relation.SELF), looks=True),
        "receipt.report": rule(((Role.PROVIDER,), Relation.ANYWHERE)),
    }
)
