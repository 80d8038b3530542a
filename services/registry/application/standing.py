"""Units as they stood on a day: facts, who covers them, who serves them. One relation under every statistic.

`:day` is the day; `:prefix` what the codes of the area begin with.
"""

from typing import Any, Final

from services.registry.domain.organisation.kinds import MODE_OF_HOST

_MODE_OF_HOST: Final = " ".join(f"WHEN '{kind}' THEN '{mode}'" for kind, mode in MODE_OF_HOST.items())

STANDING: Final = f"""
WITH stood AS (
    SELECT DISTINCT ON (uscc) * FROM unit_history WHERE since <= :day ORDER BY uscc, since DESC
), covering AS (
    SELECT uscc, mode, organisation_id FROM unit_covers WHERE since <= :day AND (until IS NULL OR until > :day)
    UNION ALL
    SELECT unit_uscc, CASE kind {_MODE_OF_HOST} END, organisation_id FROM organisations
    WHERE unit_uscc IS NOT NULL AND founded_on <= :day AND (dissolved_on IS NULL OR dissolved_on > :day)
), covers AS (
    SELECT uscc, array_agg(DISTINCT mode) AS modes, min(organisation_id) AS organisation_id
    FROM covering WHERE mode IS NOT NULL GROUP BY uscc
), served AS (
    SELECT scope_id AS uscc, bool_or(kind = 'instructor') AS instructor, bool_or(kind = 'liaison') AS liaison
    FROM posts WHERE scope = 'unit' AND since <= :day AND (until IS NULL OR until >= :day) GROUP BY scope_id
), standing AS (
    SELECT s.*, u.kind, coalesce(s.operation, 'operating') = 'operating' AS counted,
           coalesce(c.modes, CAST('{{}}' AS text[])) AS modes, coalesce(s.responsible_id, c.organisation_id) AS falls_to,
           coalesce(p.instructor, false) AS instructor, coalesce(p.liaison, false) AS liaison
    FROM stood AS s
    JOIN units AS u USING (uscc)
    LEFT JOIN covers AS c USING (uscc)
    LEFT JOIN served AS p USING (uscc)
    WHERE (u.closed_on IS NULL OR u.closed_on > :day) AND starts_with(s.area_code, :prefix)
)
"""  # noqa: S608 - the braces hold constants of ours

EDGES: Final = """
SELECT organisation_id, parent_id FROM (
    SELECT DISTINCT ON (organisation_id) organisation_id, parent_id FROM organisation_edges
    WHERE since <= :day ORDER BY organisation_id, since DESC
) AS edges
"""
"""The tree of party organisations as it was on that day."""


def path(parents: dict[str, str | None], organisation_id: str | None) -> list[str]:
    """From the organisation up to the top, each once, whatever the edges say."""
    found: list[str] = []
    at: Any = organisation_id
    while at is not None and at not in found:
        found.append(at)
        at = parents.get(at)
    return found
