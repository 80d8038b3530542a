"""Draws a dashboard of `infra/grafana/dashboards/` with the data of a running Prometheus, as one HTML page without scripts.

    python -m scripts.render_dashboard overview --prometheus http://127.0.0.1:9090 --minutes 5 > overview.html

For looking at what the queries give where there is no Grafana. Same panels, same places, same queries; fewer niceties.
"""

import argparse
import html
import json
import math
import re
import sys
import time
from datetime import datetime
from typing import Any

import httpx

from scripts.export_dashboards import FOLDER
from shared.kernel.calendar import SHANGHAI

COLOURS = ("#3f8f5f", "#d08a1d", "#3a7bd5", "#b0413e", "#7a5ea8", "#2a9d9d", "#8a6d3b", "#c2508f")
LEVELS = {"green": COLOURS[0], "orange": COLOURS[1], "red": COLOURS[3]}
CELL, UNIT = 54, 36
POINTS = 120
_STYLE = """
body { margin: 0; padding: 18px; font: 13px/1.35 'Noto Sans', 'Noto Sans CJK SC', sans-serif; background: #f3f4f1;
color: #20261f }
h1 { font-size: 19px; margin: 0 0 10px } h1 small { font-weight: 400; color: #6b7268; font-size: 13px; margin-left: 10px }
.grid { position: relative } .panel { position: absolute; box-sizing: border-box; padding: 8px 10px; background: #fff;
border: 1px solid #dfe3da; border-radius: 6px; overflow: hidden }
.row { position: absolute; font-weight: 600; padding-top: 9px }
.title { font-weight: 600 } .number { font-size: 34px; text-align: center; margin-top: 16px; font-weight: 600 }
.legend { font-size: 11px; color: #4a5147; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.legend i { display: inline-block; width: 9px; height: 9px; border-radius: 2px; margin: 0 4px 0 9px }
svg text { font-size: 10px; fill: #7a8176 }
"""


class Source:
    """Queries to Prometheus over the last so many minutes."""

    def __init__(self, url: str, minutes: float) -> None:
        self._http = httpx.Client(base_url=url, timeout=20, trust_env=False)
        self.end = time.time()
        self.start = self.end - minutes * 60
        self.step = max(1.0, (self.end - self.start) / POINTS)

    def curves(self, query: str) -> list[tuple[dict[str, str], list[tuple[float, float]]]]:
        """Labels and points of each series."""
        window = f"{max(10, round(self.step * 8))}s"
        asked = {
            "query": query.replace("$__rate_interval", window),
            "start": self.start,
            "end": self.end,
            "step": self.step,
        }
        return [(one["metric"], _points(one["values"])) for one in self._ask("/api/v1/query_range", asked)]

    def number(self, query: str) -> float | None:
        """The value of a query that gives one."""
        found = self._ask("/api/v1/query", {"query": query})
        return float(found[0]["value"][1]) if found else None

    def _ask(self, path: str, asked: dict[str, Any]) -> list[Any]:
        answer = self._http.get(path, params=asked).json()
        if answer["status"] != "success":
            raise SystemExit(f"{asked['query']}: {answer['error']}")
        result: list[Any] = answer["data"]["result"]
        return result


def _points(values: list[list[Any]]) -> list[tuple[float, float]]:
    return [(float(at), float(value)) for at, value in values if math.isfinite(float(value))]


def page(dashboard: dict[str, Any], source: Source) -> str:
    """The whole page."""
    height = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in dashboard["panels"])
    until = datetime.fromtimestamp(source.end, SHANGHAI)
    parts = [_panel(panel, source) for panel in dashboard["panels"]]
    return (
        f"<!doctype html><meta charset=utf-8><title>{html.escape(dashboard['title'])}</title><style>{_STYLE}</style>"
        f"<h1>{html.escape(dashboard['title'])}<small>{round((source.end - source.start) / 60)} minutes until"
        f" {until:%Y-%m-%d %H:%M:%S}, Prometheus</small></h1>"
        f"<div class=grid style='width:{24 * CELL}px;height:{height * UNIT}px'>{''.join(parts)}</div>"
    )


def _panel(panel: dict[str, Any], source: Source) -> str:
    at = panel["gridPos"]
    width, height = at["w"] * CELL - 8, at["h"] * UNIT - 8
    place = f"left:{at['x'] * CELL}px;top:{at['y'] * UNIT}px;width:{width}px;height:{height}px"
    title = html.escape(panel["title"])
    if panel["type"] == "row":
        return f"<div class=row style='{place}'>{title}</div>"
    unit = panel["fieldConfig"]["defaults"]["unit"]
    if panel["type"] == "stat":
        value = source.number(panel["targets"][0]["expr"])
        steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        colour = [s["color"] for s in steps if s["value"] is None or (value is not None and value >= s["value"])][-1]
        shown = "–" if value is None or not math.isfinite(value) else _said(value, unit)
        body = f"<div class=number style='color:{LEVELS[colour]}'>{shown}</div>"
    else:
        body = _graph(panel, source, unit, width - 22, height - 62)
    return f"<div class=panel style='{place}'><div class=title>{title}</div>{body}</div>"


def _graph(panel: dict[str, Any], source: Source, unit: str, width: int, height: int) -> str:
    curves = [
        (re.sub(r"\{\{(\w+)\}\}", lambda m, of=labels: of.get(m[1], ""), target["legendFormat"]), points)  # type: ignore[misc]
        for target in panel["targets"]
        for labels, points in source.curves(target["expr"])
        if points
    ]
    values = [value for _, points in curves for _, value in points]
    top = max([*values, 0.0]) or 1.0
    bottom = min([*values, 0.0])
    left = 54

    def x(at: float) -> float:
        return left + (at - source.start) / (source.end - source.start) * (width - left)

    def y(value: float) -> float:
        return 6 + (top - value) / (top - bottom) * (height - 12)

    lines = []
    for tick in range(5):
        value = bottom + (top - bottom) * tick / 4
        lines.append(f"<line x1={left} x2={width} y1={y(value):.1f} y2={y(value):.1f} stroke='#e8ebe4'/>")
        lines.append(f"<text x={left - 5} y={y(value) + 3:.1f} text-anchor=end>{_said(value, unit)}</text>")
    for number, (_, points) in enumerate(curves):
        colour = COLOURS[number % len(COLOURS)]
        for part in _unbroken(points, source.step):
            path = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in part)
            lines.append(f"<polyline points='{path}' fill=none stroke='{colour}' stroke-width=1.6 />")
    legend = "".join(
        f"<i style='background:{COLOURS[number % len(COLOURS)]}'></i>{html.escape(name)}"
        for number, (name, _) in enumerate(curves)
    )
    empty = "" if curves else f"<text x={width / 2} y={height / 2} text-anchor=middle>nothing happened</text>"
    return f"<svg width={width} height={height}>{''.join(lines)}{empty}</svg><div class=legend>{legend}</div>"


def _unbroken(points: list[tuple[float, float]], step: float) -> list[list[tuple[float, float]]]:
    parts: list[list[tuple[float, float]]] = []
    for point in points:
        if not parts or point[0] - parts[-1][-1][0] > 1.5 * step:
            parts.append([])
        parts[-1].append(point)
    return parts


def _said(value: float, unit: str) -> str:
    if unit == "percentunit":
        return f"{value:.0%}"
    if unit == "s":
        return f"{value * 1000:.3g} ms" if abs(value) < 1 else f"{value:.3g} s"
    if unit == "bytes":
        power = min(4, int(math.log(abs(value), 1024))) if abs(value) >= 1 else 0
        return f"{value / 1024**power:.3g} {('B', 'KiB', 'MiB', 'GiB', 'TiB')[power]}"
    return f"{value:.3g}" + {"reqps": "/s", "ops": "/s", "opm": "/min"}.get(unit, "")


def main() -> None:
    """Write the page to standard output."""
    parser = argparse.ArgumentParser(description="Draw a dashboard with the data of a running Prometheus.")
    parser.add_argument("name", choices=sorted(path.stem for path in FOLDER.glob("*.json")))
    parser.add_argument("--prometheus", default="http://127.0.0.1:9090")
    parser.add_argument("--minutes", type=float, default=180)
    given = parser.parse_args()
    dashboard = json.loads((FOLDER / f"{given.name}.json").read_text("utf-8"))
    sys.stdout.write(page(dashboard, Source(given.prometheus, given.minutes)))


if __name__ == "__main__":
    main()
