"""Writes the Grafana dashboards from `scripts/dashboards.py`.

python -m scripts.export_dashboards            write infra/grafana/dashboards/
python -m scripts.export_dashboards --check    say what is out of date, write nothing
"""

import json
import sys
from pathlib import Path
from typing import Any

from scripts.dashboards import DASHBOARDS, Dashboard, Graph, Number, Panel

FOLDER = Path(__file__).resolve().parent.parent / "infra" / "grafana" / "dashboards"
PROMETHEUS = {"type": "prometheus", "uid": "prometheus"}
ROW_HEIGHT, GRAPH_HEIGHT, NUMBER_HEIGHT = 1, 8, 4


def document(dashboard: Dashboard) -> dict[str, Any]:
    """The dashboard as Grafana reads it."""
    panels: list[dict[str, Any]] = []
    y = 0
    for title, row in dashboard.rows:
        panels.append(
            {"id": len(panels) + 1, "type": "row", "title": title, "collapsed": False, "panels": [],
             "gridPos": {"x": 0, "y": y, "w": 24, "h": ROW_HEIGHT}}
        )  # fmt: skip
        y += ROW_HEIGHT
        x = 0
        height = max(GRAPH_HEIGHT if isinstance(panel, Graph) else NUMBER_HEIGHT for panel in row)
        for panel in row:
            place = {"x": x, "y": y, "w": panel.width, "h": height}
            panels.append({"id": len(panels) + 1, "gridPos": place, **_panel(panel)})
            x += panel.width
        y += height
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "tags": ["yanzhen"],
        "timezone": "Asia/Shanghai",
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {"list": []},
        "annotations": {"list": []},
        "links": [
            {"title": "Dashboards", "type": "dashboards", "tags": ["yanzhen"], "asDropdown": True, "keepTime": True}
        ],
        "panels": panels,
    }


def _panel(panel: Panel) -> dict[str, Any]:
    common = {"title": panel.title, "description": panel.about, "datasource": PROMETHEUS}
    if isinstance(panel, Number):
        steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
        steps += [{"color": "orange", "value": panel.amber}] if panel.amber is not None else []
        steps += [{"color": "red", "value": panel.red}] if panel.red is not None else []
        return common | {
            "type": "stat",
            "targets": [{"refId": "A", "datasource": PROMETHEUS, "expr": panel.query, "instant": True}],
            "fieldConfig": {
                "defaults": {"unit": panel.unit, "thresholds": {"mode": "absolute", "steps": steps}},
                "overrides": [],
            },
            "options": {"colorMode": "value", "graphMode": "none", "reduceOptions": {"calcs": ["lastNotNull"]}},
        }
    targets = [
        {
            "refId": chr(ord("A") + number),
            "datasource": PROMETHEUS,
            "expr": query,
            "legendFormat": legend,
            "exemplar": True,
        }
        for number, (query, legend) in enumerate(panel.queries)
    ]
    return common | {
        "type": "timeseries",
        "targets": targets,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0 if panel.unit != "s" else None}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}},
    }


def main(check: bool) -> int:
    """The number of files that are out of date, or 0 after writing them."""
    wanted = {
        FOLDER / f"{one.uid.removeprefix('yanzhen-')}.json": json.dumps(document(one), indent=2, ensure_ascii=False)
        + "\n"
        for one in DASHBOARDS
    }
    there = set(FOLDER.glob("*.json"))
    stale = [path for path, text in wanted.items() if path not in there or path.read_text("utf-8") != text]
    stale += sorted(there - wanted.keys())
    if check:
        for path in stale:
            sys.stdout.write(
                f"{path.name} is not what scripts/dashboards.py says: python -m scripts.export_dashboards\n"
            )
    else:
        for path in stale:
            if path in wanted:
                path.write_text(wanted[path], "utf-8")
            else:
                path.unlink()
    if check and stale:
        return len(stale)
    sys.stdout.write(f"Dashboards: {len(wanted)} in sync\n")
    return 0


if __name__ == "__main__":
    sys.exit(1 if main("--check" in sys.argv) else 0)
