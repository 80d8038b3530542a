"""The identities as nats-server configuration: the streams behind a wall, each role in an account of its own.

Why not one account with permissions per user: the server checks the subject that a client publishes to, not the one that
it wants the answer on, and answers are stored like anything else. In one account an outside system that published
`inbound.<itself>.x` with the reply subject `registry.evt.…` got the acknowledgement stored in OUT_REGISTRY; that ends the
invariant that sequences are positions, and with it the registry's relay (reproduced on nats-server 2.15.1, ADR "the
broker's accounts"). So the streams live in an account without users, and every request comes in through an import, which
replaces the reply subject by one of the server's own. The rates are the same within noise.

Permissions are stated as well as imports, though either would do: what is not imported has no effect, what is not
permitted is also reported, to the client and in the server's log.
"""

from collections.abc import Iterable, Sequence

from shared.security.broker import OPERATOR, Identity

STORE = "STORE"
_HEAD = "# Generated from shared/security/broker.py; changes made here are lost. Holds public keys only.\n"


def authorization_conf(identities_and_keys: Iterable[tuple[Identity, str]]) -> str:
    """The `accounts` block, given each identity with its public NKey."""
    pairs = list(identities_and_keys)
    identities = [identity for identity, _ in pairs]
    rooms = "".join(_account(identity, key, identities) for identity, key in pairs)
    return f"{_HEAD}accounts {{\n{_store(identities)}{rooms}}}\n"


def account_of(role: str) -> str:
    """The name of the role's account."""
    return role.upper().replace("-", "_")


def _store(identities: Sequence[Identity]) -> str:
    allowed: dict[str, list[str]] = {}
    for identity in identities:
        for subject in identity.calls:
            allowed.setdefault(subject, []).append(account_of(identity.role))
    exports = "".join(
        f'      {{ service: "{subject}"{_many_answers(subject)}, accounts: [{", ".join(accounts)}] }}\n'
        for subject, accounts in allowed.items()
    )
    return f"  {STORE} {{\n    jetstream: enabled\n    exports: [\n{exports}    ]\n  }}\n"


def _many_answers(subject: str) -> str:
    # A pull request is answered by as many messages as there are; all other requests by one.
    return ", response_type: stream" if ".MSG.NEXT." in subject or subject.endswith("API.>") else ""


def _account(identity: Identity, key: str, everybody: Sequence[Identity]) -> str:
    imports = [f'{{ service: {{ account: {STORE}, subject: "{subject}" }} }}' for subject in identity.calls]
    if any(other.role == OPERATOR for other in everybody):
        bells = f"account: {account_of(OPERATOR)}, subject"
        imports += [f'{{ stream: {{ {bells}: "{subject}" }} }}' for subject in identity.hears]
    imports += [
        f'{{ service: {{ account: {account_of(other.role)}, subject: "{subject}" }} }}'
        for subject in identity.asks
        for other in everybody
        if other.serves
    ]
    exports = ""
    if identity.role == OPERATOR:
        offered = ", ".join(f'{{ stream: "{subject}" }}' for subject in identity.rings)
        exports = f"    exports: [{offered}]\n"
    if identity.serves:
        offered = ", ".join(
            f'{{ service: "{subject}", accounts: [{account_of(other.role)}] }}'
            for other in everybody
            for subject in other.asks
        )
        exports = f"    exports: [{offered}]\n" if offered else ""
    # One answer per question, wherever the question wants it: the server knows the subject, the role does not.
    answers = '      allow_responses: { max: 1, expires: "30s" }\n' if identity.serves else ""
    lines = "".join(f"      {one}\n" for one in imports)
    return (
        f"  {account_of(identity.role)} {{\n"
        f"    users: [{{ nkey: {key}, permissions: {{\n"
        f"      publish: {{ allow: {_list(identity.publish)} }}\n"
        f"      subscribe: {{ allow: {_list(identity.subscribe)} }}\n{answers}"
        f"    }} }}]\n{exports}"
        f"    imports: [\n{lines}    ]\n"
        f"  }}\n"
    )


def _list(subjects: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{subject}"' for subject in subjects) + "]"
