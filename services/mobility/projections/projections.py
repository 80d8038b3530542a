"""All read models of mobility."""

from services.mobility.projections.care import CARE_PROJECTIONS
from services.mobility.projections.propagation import PROPAGATION
from services.mobility.projections.roll import ROLL
from services.mobility.projections.transfers import TRANSFERS

PROJECTIONS = (*ROLL, TRANSFERS, PROPAGATION, *CARE_PROJECTIONS)
