"""The kernel's tables in a service's database, as the first migration makes them.

`events` and `outbound` only ever grow; a trigger refuses everything but INSERT, so that neither a bug nor a hand at the
console can rewrite history. `outbox` is a queue: rows live for milliseconds.
"""

DDL: tuple[str, ...] = (
    """
    CREATE TABLE streams (
        stream_id text PRIMARY KEY,
        stream_type text NOT NULL,
        version integer NOT NULL CHECK (version > 0)
    )""",
    """
    CREATE TABLE events (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        stream_id text NOT NULL,
        version integer NOT NULL,
        event_id text NOT NULL,
        type text NOT NULL,
        schema_version smallint NOT NULL,
        data jsonb NOT NULL,
        meta jsonb NOT NULL,
        correlation_id text NOT NULL,
        recorded_at timestamptz NOT NULL,
        UNIQUE (stream_id, version)
    )""",
    "CREATE INDEX events_by_correlation ON events (correlation_id)",
    """
    CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        message_id text NOT NULL,
        subject text NOT NULL,
        partition smallint NOT NULL,
        headers text NOT NULL,
        data bytea NOT NULL,
        queued_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )""",
    # Every row is dead soon after it is written: without eager vacuuming the head of the index becomes a graveyard.
    "ALTER TABLE outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000)",
    """
    CREATE TABLE outbound (
        position bigint PRIMARY KEY CHECK (position > 0),
        prev bigint NOT NULL,
        partition smallint NOT NULL,
        message_id text NOT NULL,
        subject text NOT NULL,
        headers text NOT NULL,
        data bytea NOT NULL
    )""",
    "CREATE INDEX outbound_heads ON outbound (partition, position DESC)",
    """
    CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
    END $$""",
    """
    CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()""",
    """
    CREATE TRIGGER outbound_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON outbound
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()""",
    """
    CREATE TABLE timers (
        stream_id text NOT NULL,
        name text NOT NULL,
        stream_type text NOT NULL,
        due_at timestamptz NOT NULL,
        correlation_id text NOT NULL,
        PRIMARY KEY (stream_id, name)
    )""",
    "CREATE INDEX timers_by_due ON timers (due_at, stream_id, name)",
    """
    CREATE TABLE cursors (
        consumer text NOT NULL,
        source text NOT NULL,
        partition smallint NOT NULL,
        position bigint NOT NULL,
        moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (consumer, source, partition)
    )""",
    """
    CREATE TABLE openings (
        consumer text NOT NULL,
        source text NOT NULL,
        positions jsonb NOT NULL,
        times integer NOT NULL,
        PRIMARY KEY (consumer, source)
    )""",
    """
    CREATE TABLE inbox (
        source text NOT NULL,
        message_id text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (source, message_id)
    )""",
    """
    CREATE TABLE idempotency_keys (
        key text PRIMARY KEY,
        fingerprint text NOT NULL,
        status smallint NOT NULL,
        body text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )""",
    """
    CREATE TABLE dead_letters (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        consumer text NOT NULL,
        source text NOT NULL,
        partition smallint NOT NULL,
        position bigint NOT NULL,
        key text NOT NULL,
        type text NOT NULL,
        headers jsonb NOT NULL,
        data bytea NOT NULL,
        code text NOT NULL,
        detail text NOT NULL,
        status text NOT NULL DEFAULT 'dead' CHECK (status IN ('dead', 'replay', 'discard', 'replayed', 'discarded')),
        died_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )""",
    """
    CREATE INDEX dead_letters_open ON dead_letters (consumer, source, key)
        WHERE status IN ('dead', 'replay', 'discard')""",
    """
    CREATE TABLE parked (
        consumer text NOT NULL,
        source text NOT NULL,
        position bigint NOT NULL,
        partition smallint NOT NULL,
        key text NOT NULL,
        type text NOT NULL,
        headers jsonb NOT NULL,
        data bytea NOT NULL,
        PRIMARY KEY (consumer, source, key, position)
    )""",
    """
    CREATE TABLE snapshots (
        stream_id text PRIMARY KEY,
        fingerprint text NOT NULL,
        version integer NOT NULL,
        state text NOT NULL
    )""",
    """
    CREATE TABLE projections (
        name text PRIMARY KEY,
        version integer NOT NULL,
        built_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )""",
)
