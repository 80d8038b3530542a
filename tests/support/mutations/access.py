"""Identity, scope, the broker, rates."""

from typing import Any

from tests.support.mutations.switch import mutation, replace


@mutation
def refusals_not_noted() -> None:
    from shared.runtime.broker_refusals import BrokerRefusals

    replace(BrokerRefusals, "note", lambda self, error: False)


@mutation
def anybodys_events_may_be_published() -> None:
    import dataclasses

    from shared.security import broker

    declared = broker.service_identity

    def generous(*arguments: Any) -> Any:
        identity = declared(*arguments)
        every = [f"{name}.evt.>" for name in ("registry", "mobility", "assessment", "notify")]
        return dataclasses.replace(identity, calls=tuple(dict.fromkeys([*identity.calls, *every])))

    replace(broker, "service_identity", generous)


@mutation
def rate_not_limited() -> None:
    from shared.web.rate_limit import Buckets

    replace(Buckets, "take", lambda self, key: 0.0)


@mutation
def unknown_actions_allowed() -> None:
    from shared.security import policy

    replace(policy, "TABLE", _Lenient(policy.TABLE, policy.TABLE["rule-set.read"]))


class _Lenient(dict[str, Any]):
    """A table that has a row for everything."""

    def __init__(self, table: Any, row: Any) -> None:
        super().__init__(table)
        self._row = row

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name, self._row)

    def __missing__(self, name: str) -> Any:
        return self._row


@mutation
def scope_not_compared() -> None:
    from shared.security import policy

    replace(policy, "within", lambda *_: True)


@mutation
def lines_not_told_apart() -> None:
    import dataclasses

    from shared.security import policy
    from shared.security.actor import Line

    by_line = policy.within

    def by_the_tree(assignment: Any, organisation_id: str, ground: Any) -> bool:
        plain = dataclasses.replace(assignment, line=Line.TERRITORY)
        own = {dataclasses.replace(one, line=Line.TERRITORY): at for one, at in ground.own.items()}
        return by_line(plain, organisation_id, dataclasses.replace(ground, own=own))

    replace(policy, "within", by_the_tree)


@mutation
def whoever_says_so_acts() -> None:
    from services.cli import acting

    replace(acting, "_is_development", lambda *_: True)
    replace(acting, "_check", lambda *_: None)


@mutation
def signatures_not_verified() -> None:
    from shared.security import tokens

    replace(tokens, "_is_signed", lambda *_: True)


@mutation
def development_tokens_everywhere() -> None:
    from shared.security.tokens import TokenVerifier

    initialise = TokenVerifier.__init__

    def lenient(self: Any, keys: Any, **options: Any) -> None:
        initialise(self, keys, **options | {"development": True})

    replace(TokenVerifier, "__init__", lenient)


@mutation
def queries_passed_over() -> None:
    from shared.web import query_parameters

    replace(query_parameters, "wrong_parameters", lambda route, names: [])


@mutation
def keys_kept_as_written() -> None:
    from shared.web import idempotency

    replace(idempotency, "_digest", lambda text: text)
