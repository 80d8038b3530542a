"""What is on the dashboards. Written to `infra/grafana/dashboards/` by `python -m scripts.export_dashboards`.

Nine tenths of a Grafana dashboard's JSON say where a panel stands; this says what it shows. Queries name only metrics of
`shared/observability/metrics.py` and of the services' `measures.py`; a test looks for each in a running installation.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SERVICES = ("registry", "mobility", "assessment", "notify")


@dataclass(frozen=True)
class Graph:
    """Curves over time; of a query with a legend like `{{service}}` one curve per series. `unit` as Grafana names it."""

    title: str
    queries: Sequence[tuple[str, str]]
    unit: str = "short"
    about: str = ""
    width: int = 8


@dataclass(frozen=True)
class Number:
    """One number, green below the first threshold, amber below the second, red from there on."""

    title: str
    query: str
    unit: str = "short"
    amber: float | None = None
    red: float | None = None
    about: str = ""
    width: int = 4


Panel = Graph | Number


@dataclass(frozen=True)
class Dashboard:
    """Rows from the top, each of panels from the left; 24 columns."""

    uid: str
    title: str
    rows: Sequence[tuple[str, Sequence[Panel]]]


def quantiles(metric: str, where: str = "", by: str = "") -> list[tuple[str, str]]:
    """Median, 95th and 99th percentile of a histogram."""
    more = f", {by}" if by else ""
    label = f"{{{{{by}}}}} " if by else ""
    return [
        (f"histogram_quantile({q}, sum by (le{more}) (rate({metric}_bucket{where}[$__rate_interval])))", f"{label}p{n}")
        for q, n in ((0.5, 50), (0.95, 95), (0.99, 99))
    ]


OVERVIEW = Dashboard(
    "yanzhen-overview",
    "Yanzhen 雁阵: overview",
    [
        ("Does everybody have every relocation?", [
            Number("Open relocations", "max(yanzhen_relocations_open)", about="accepted; somebody does not have it yet"),
            Number("Late", "max(yanzhen_relocations_late)", amber=1, red=10, about="open past their deadline"),
            Number(
                "Complete, last day",
                'max(yanzhen_relocations_recent{state="propagated"}) / sum(max by (state) (yanzhen_relocations_recent))',
                "percentunit", about="of those accepted within a day, everybody has so many, with proof",
            ),
            Number("Turns overdue", "sum(max by (task) (yanzhen_turns_overdue)) or vector(0)", amber=1, red=50,
                   about="cases whose holder has let the deadline pass"),
            Number("Dead letters", "sum(max by (service) (yanzhen_dead_letters))", red=1),
            Number("Services not ready", "count(yanzhen_ready == 0) or vector(0)", red=1),
        ]),
        ("Propagation", [
            Graph("From acceptance to proof", quantiles("yanzhen_propagation_seconds"), "s", width=12,
                  about="acceptance until everybody has it, with proof; points lead to traces"),
            Graph("Accepted and propagated", [
                ("sum(rate(yanzhen_relocations_accepted_total[$__rate_interval])) * 60", "accepted"),
                ("sum(rate(yanzhen_propagation_seconds_count[$__rate_interval])) * 60", "propagated"),
            ], "opm", width=12),
        ]),
        ("Who is awaited", [
            Graph("What open relocations still wait for", [("max by (step) (yanzhen_relocation_steps_missing)", "{{step}}")],
                  width=8),
            Graph("Whose turn it is", [("max by (task) (yanzhen_turns_open)", "{{task}}")]),
            Graph("Whose turn is late", [("max by (task) (yanzhen_turns_overdue)", "{{task}}")]),
        ]),
        ("Machinery", [
            Graph("Requests", [("sum by (service) (rate(yanzhen_http_request_seconds_count[$__rate_interval]))",
                                "{{service}}")], "reqps"),
            Graph("Behind, in messages", [("max by (consumer, source) (yanzhen_consumer_lag)",
                                           "{{consumer}} ← {{source}}")]),
            Graph("Providers: calls that failed", [
                ("sum by (provider, kind) (rate(yanzhen_provider_errors_total[$__rate_interval]))", "{{provider}} {{kind}}"),
            ], "ops"),
        ]),
    ],
)  # fmt: skip


def service(name: str) -> Dashboard:
    """One service: its doors, its decisions, what it follows, what it stands on."""
    of = f'{{service="{name}"}}'
    rows: list[tuple[str, Sequence[Panel]]] = [
        ("State", [
            Number("Replicas ready", f"sum(yanzhen_ready{of})"),
            Number("Dead letters", f"max(yanzhen_dead_letters{of})", red=1),
            Number("Parked keys", f"max(yanzhen_parked_keys{of})", red=1),
            Number("Timers overdue", f"max(yanzhen_timers_overdue{of})", amber=1, red=100),
            Number("Database", f"max(yanzhen_database_size_bytes{of})", "bytes"),
            Number("Furthest clock", f"max(abs(yanzhen_clock_skew_seconds{of}))", "s", amber=0.5, red=2),
        ]),
        ("HTTP", [
            Graph("Requests by route", [
                (f"sum by (method, route) (rate(yanzhen_http_request_seconds_count{of}[$__rate_interval]))",
                 "{{method}} {{route}}"),
            ], "reqps"),
            Graph("Latency", quantiles("yanzhen_http_request_seconds", of), "s"),
            Graph("Refused and failed", [
                ((f'sum by (status) (rate(yanzhen_http_request_seconds_count{{service="{name}",status=~"[45].."}}'
                 "[$__rate_interval]))"), "{{status}}"),
            ], "reqps"),
        ]),
        ("Append and relay", [
            Graph("Append", quantiles("yanzhen_append_seconds", of), "s"),
            Graph("Works per transaction", [
                ((f"sum(rate(yanzhen_append_group_size_sum{of}[$__rate_interval]))"
                 f" / sum(rate(yanzhen_append_group_size_count{of}[$__rate_interval]))"), "mean"),
            ]),
            Graph("Waiting to be published", [
                (f"max(yanzhen_outbox_depth{of})", "without a position"),
                (f"max(yanzhen_relay_unpublished{of})", "not in the stream"),
            ]),
        ]),
        ("What it follows", [
            Graph("Behind, in messages", [(f"max by (source) (yanzhen_consumer_lag{of})", "{{source}}")]),
            Graph("Read models behind, in time", [
                (f"max by (read_model, source) (yanzhen_read_model_lag_seconds{of})", "{{read_model}} ← {{source}}"),
            ], "s"),
            Graph("Handling", quantiles("yanzhen_handler_seconds", of), "s"),
        ]),
        ("The process", [
            Graph("CPU", [(f"sum by (role) (rate(process_cpu_seconds_total{of}[$__rate_interval]))", "{{role}}")], "short"),
            Graph("Memory", [(f"process_resident_memory_bytes{of}", "{{role}} {{instance}}")], "bytes"),
            Graph("Release", [("count by (version) (yanzhen_build_info" + of + ")", "{{version}}")]),
        ]),
    ]  # fmt: skip
    if name == "mobility":
        rows.insert(1, ("Transfers", [
            Graph("Whose turn it is", [("max by (task) (yanzhen_turns_open)", "{{task}}")]),
            Graph("Whose turn is late", [("max by (task) (yanzhen_turns_overdue)", "{{task}}")]),
            Graph("From acceptance to proof", quantiles("yanzhen_propagation_seconds"), "s"),
        ]))  # fmt: skip
    if name == "notify":
        rows.insert(1, ("Providers", [
            Graph("Calls", [
                ("sum by (provider, outcome) (rate(yanzhen_provider_seconds_count[$__rate_interval]))",
                 "{{provider}} {{outcome}}"),
            ], "ops"),
            Graph("How long a call takes", quantiles("yanzhen_provider_seconds", by="provider"), "s"),
            Graph("Waiting to be sent", [
                ("max by (channel, step) (yanzhen_messages_waiting)", "{{channel}} {{step}}"),
                ("max by (channel) (yanzhen_messages_waiting_seconds)", "{{channel}}: seconds, the oldest"),
            ]),
        ]))  # fmt: skip
        rows.append(("Is anybody there?", [
            Graph("Providers that take messages", [("max by (provider) (yanzhen_provider_up)", "{{provider}}")], width=24),
        ]))  # fmt: skip
    return Dashboard(f"yanzhen-{name}", f"Yanzhen 雁阵: {name}", rows)


BUS = Dashboard(
    "yanzhen-bus",
    "Yanzhen 雁阵: the bus",
    [
        ("State", [
            Number("Not published", "sum(max by (service) (yanzhen_outbox_depth + yanzhen_relay_unpublished))", amber=1000),
            Number("Oldest of it", "max(yanzhen_outbox_oldest_seconds)", "s", amber=10, red=60),
            Number("Relays leading", "sum(yanzhen_relay_leading)", about="one per service"),
            Number("Furthest behind", "max(yanzhen_consumer_lag)", amber=1000, red=10000),
            Number("Missing in streams", "sum(max by (service) (yanzhen_stream_missing))", amber=1,
                   about="the broker lost it, the databases have it: docs/runbooks/stream-damaged.md"),
            Number("Disk left", "min(yanzhen_disk_free_bytes / yanzhen_disk_size_bytes)", "percentunit"),
        ]),
        ("Relays", [
            Graph("Published", [("sum by (service) (rate(yanzhen_relay_published_total[$__rate_interval]))",
                                 "{{service}}")], "ops"),
            Graph("Publishing a batch", quantiles("yanzhen_relay_seconds"), "s"),
            Graph("Waiting", [("max by (service) (yanzhen_outbox_depth + yanzhen_relay_unpublished)", "{{service}}")]),
        ]),
        ("Consumers", [
            Graph("Behind, in messages", [("max by (consumer, source) (yanzhen_consumer_lag)",
                                           "{{consumer}} ← {{source}}")], width=6),
            Graph("Partitions read: all 8, by somebody", [("sum by (consumer, source) (yanzhen_consumer_partitions)",
                                                           "{{consumer}} ← {{source}}")], width=6),
            Graph("Handled", [("sum by (consumer, outcome) (rate(yanzhen_handler_seconds_count[$__rate_interval]))",
                               "{{consumer}} {{outcome}}")], "ops", width=6),
            Graph("Handling, p95", [
                ("histogram_quantile(0.95, sum by (le, consumer) (rate(yanzhen_handler_seconds_bucket[$__rate_interval])))",
                 "{{consumer}}"),
            ], "s", width=6),
        ]),
        ("What went wrong", [
            Graph("Came again, or were missing", [
                ("sum by (consumer) (rate(yanzhen_consumer_duplicates_total[$__rate_interval]))", "{{consumer}}, again"),
                ("sum by (consumer) (rate(yanzhen_consumer_gaps_total[$__rate_interval]))", "{{consumer}}, missing"),
            ], "ops"),
            Graph("Set aside", [("sum by (consumer, code) (increase(yanzhen_dead_lettered_total[$__rate_interval]))",
                                 "{{consumer}} {{code}}")]),
            Graph("Parked keys", [("max by (consumer) (yanzhen_parked_keys)", "{{consumer}}")]),
        ]),
        ("What it stands on", [
            Graph("Streams", [("max by (service) (yanzhen_stream_size_bytes)", "{{service}}")], "bytes"),
            Graph("Databases", [("max by (service) (yanzhen_database_size_bytes)", "{{service}}")], "bytes"),
            Graph("How far our clock is ahead of theirs", [("yanzhen_clock_skew_seconds", "{{service}}, {{of}}")], "s"),
        ]),
    ],
)  # fmt: skip

DASHBOARDS = (OVERVIEW, *(service(name) for name in SERVICES), BUS)
