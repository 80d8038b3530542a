"""以工商企业数据库为基础筹建党建数据库 (domain Y13): of each fact of a unit it is known who said it, and when."""

from services.registry.application.reactions import INBOUND
from shared.contracts.inbound import UnitChangeReported
from shared.eventstore.context import Cause
from shared.eventstore.unit_of_work import UnitOfWork
from shared.kernel.identifiers import uscc
from shared.messaging.cloudevents import OutsideEvent
from tests.integration.registry.town import Town
from tests.support.identity import department

CODE = uscc.make("91", "350102", "000000033")
PATH = f"/units/{CODE}"


async def bring(town: Town, day: int, name: str, staff: int) -> str:
    query = (
        f"list_date={town.day(day)}&source=market_regulation&basis=registered_place&area_code=350102&by=c1&apply=true"
    )
    content = f"统一社会信用代码,名称,职工人数,行政区划代码\n{CODE},{name},{staff},350102\n".encode()
    headers = {**department("city"), "content-type": "text/csv"}
    answer = await town.http.post(f"/lists?{query}", content=content, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["list_id"])


async def test_of_each_fact_it_is_known_which_list_system_survey_or_entry_said_it_and_when(settled: Town) -> None:
    first = await bring(settled, -40, "丙公司", 30)
    await settled.later(1)
    found = {"by": "b1", "on": settled.day(-1), "staff": 32, "ownership": "private", "owner_identity": "ordinary"}
    await settled.post(f"{PATH}/surveys", found)
    await settled.later(1)
    await settled.send("PATCH", PATH, {"trade": "C1310"})
    assert (await bring(settled, 0, "丙公司", 32)) != first, "a list that says what is known"
    reported = UnitChangeReported(uscc=CODE, name="丙（集团）公司")
    outside = OutsideEvent("business-registry", "e1", "s", "unit-change-reported", None, b"")
    [take] = [one.take for one in INBOUND if one.fact is UnitChangeReported]

    async def job(unit: UnitOfWork) -> None:
        await take(reported, outside, unit)

    await settled.kernel.executor.run(job, Cause("e1", "e1", "outside:business-registry"))

    ledger = await settled.get(f"{PATH}/ledger")
    told = {name: (one["source"], one["said_by"], one["list_id"], one["on"]) for name, one in ledger["sources"].items()}
    listed = ("market_regulation", "c1", first, settled.day(-42))
    surveyed = ("survey", "b1", None, settled.day(-2))
    assert told["area_code"] == listed
    assert told["staff"] == told["ownership"] == told["owner_identity"] == surveyed
    assert told["name"] == ("system", "business-registry", None, settled.day(0))
    assert told["trade"][0] == "entry"
    assert told["trade"][3] == settled.day(0)
    assert told.keys() == {name for name, value in ledger["unit"].items() if name in told and value is not None}
    assert ledger["unit"]["staff"] == 32
