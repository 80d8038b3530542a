"""What the registry does besides answering and following: it opens sealed values for others,
erases, carries out orders whose day has come, finds days without anybody on duty, and looks after campaigns and
units that ripen.
"""

from collections.abc import Mapping

from services.registry.application.campaigns import CampaignWatch
from services.registry.application.duty_gaps import DutyGaps
from services.registry.application.erasing import Erasing
from services.registry.application.handovers import Handovers
from services.registry.application.ripening import RipeningWatch
from services.registry.application.watching import watch
from shared.kernel.errors import Unavailable
from shared.privacy.key_material import load_keys
from shared.privacy.opening import LocalOpener
from shared.privacy.reply_box import BoxKey
from shared.privacy.resolve_door import ResolveDoor
from shared.runtime.definition import Loop, Running


def loops(running: Running) -> Mapping[str, Loop]:
    """The loops of a process with these roles."""
    if running.sealer is None or running.keyring is None:
        raise Unavailable("no-keyring", "the registry needs the keyring", remedy="set YANZHEN_KEYRING_URL")
    found: dict[str, Loop] = {}
    if "api" in running.settings.roles:
        newest = next(iter(load_keys("YANZHEN_INDEX_KEY").values()))
        found["resolve"] = ResolveDoor(
            running.client, LocalOpener(running.sealer), running.executor, running.sealer, BoxKey.of_the_door(newest)
        ).run
    if "worker" in running.settings.roles:
        found["erasing"] = Erasing(running, running.keyring).run
        found["handovers"] = Handovers(running).run
        found["duty-gaps"] = DutyGaps(running).run
        found["campaigns"] = watch("campaigns", CampaignWatch(running).look)
        found["ripening"] = watch("ripening", RipeningWatch(running).look)
    return found
