"""Mutations of the roll, of posts and of what hangs on them."""

from itertools import count

from tests.support.mutations.switch import mutation, replace


@mutation
def seats_have_room_for_all() -> None:
    from services.registry.domain.seat import decider

    replace(decider, "_check_room", lambda command, state: None)


@mutation
def what_hangs_on_a_post_is_not_known() -> None:
    from services.registry.application import posts

    seats = count()
    replace(posts, "hanging_on", lambda post_id: f"nowhere-{next(seats)}")


@mutation
def the_roll_is_never_left() -> None:
    from services.registry.domain.member import standing

    replace(standing, "require_on_the_roll", lambda state: None)
