"""Whom a service recognises, from its settings."""

from urllib.parse import urlsplit

from shared.kernel.errors import Invalid
from shared.runtime.settings import ServiceSettings
from shared.security.key_set import KeySet, from_file, from_url
from shared.security.token_names import DEVELOPMENT_ISSUER
from shared.security.tokens import TokenVerifier

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def verifier_of(settings: ServiceSettings) -> TokenVerifier:
    """The verifier of tokens. Raises `Invalid` for settings that would let in nobody, or the wrong ones:
    `no-issuer`, `no-keys`, `development-issuer`, `insecure-keys`.
    """
    if not settings.oidc_issuer or not settings.oidc_audience:
        raise _bad("no-issuer", "nothing says whose tokens count here", "set YANZHEN_OIDC_ISSUER (and _AUDIENCE)")
    if settings.oidc_issuer == DEVELOPMENT_ISSUER and not settings.development:
        raise _bad(
            "development-issuer",
            "YANZHEN_OIDC_ISSUER names the development issuer, whose tokens anybody on its machine can make",
            "name a real identity provider; or set YANZHEN_DEVELOPMENT=1 where nothing is real",
        )
    if bool(settings.oidc_jwks_url) == bool(settings.oidc_jwks_file):
        raise _bad("no-keys", "tokens need one source of keys", "set YANZHEN_OIDC_JWKS_URL or YANZHEN_OIDC_JWKS_FILE")
    if settings.oidc_jwks_file is not None:
        fetch = from_file(settings.oidc_jwks_file)
    else:
        address = urlsplit(settings.oidc_jwks_url)
        if address.scheme != "https" and address.hostname not in _LOOPBACK and not settings.development:
            raise _bad(
                "insecure-keys",
                "YANZHEN_OIDC_JWKS_URL is not https: whoever sits in between could hand us keys of their own",
                "use https; or fetch the keys yourself and set YANZHEN_OIDC_JWKS_FILE",
            )
        fetch = from_url(settings.oidc_jwks_url)
    return TokenVerifier(
        KeySet(fetch),
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        development=settings.development,
    )


def _bad(code: str, detail: str, remedy: str) -> Invalid:
    return Invalid(code, detail, remedy=remedy)
