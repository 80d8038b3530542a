"""An import-linter contract of our own: these packages may import this much and nothing else.

A list of what is forbidden forgets the library of tomorrow; a list of what is allowed does not. What a package imports
of itself is always allowed, and so is Python's standard library but for the parts in `denied`.
"""

import sys
from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class AllowOnlyContract(Contract):
    """`packages` may import `allowed` (each with everything below it), themselves, and the standard library.

    `beside` names siblings that count as the package itself: for `services.mobility.processes`, `domain` means
    `services.mobility.domain`.
    """

    type_name = "allow_only"

    packages = fields.SetField(subfield=fields.ModuleExpressionField())
    allowed = fields.SetField(subfield=fields.StringField(), required=False, default=set())
    beside = fields.SetField(subfield=fields.StringField(), required=False, default=set())
    denied = fields.SetField(subfield=fields.StringField(), required=False, default=set())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Compare what is imported directly with what may be; indirect imports are the business of what is allowed."""
        del verbose
        found: list[str] = []
        for expression in self.packages:  # type: ignore[attr-defined]
            for package in sorted(graph.find_matching_modules(str(expression))):
                found += self._strangers(graph, package)
        return ContractCheck(kept=not found, metadata={"found": found})

    def _strangers(self, graph: ImportGraph, package: str) -> list[str]:
        parent = package.rpartition(".")[0]
        beside = {f"{parent}.{name}" for name in cast("set[str]", self.beside)}
        allowed = {package} | cast("set[str]", self.allowed) | beside
        result: list[str] = []
        for importer in sorted({package, *graph.find_descendants(package)}):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                if not self._may(imported, allowed):
                    lines = [d["line_number"] for d in graph.get_import_details(importer=importer, imported=imported)]
                    result.append(f"{importer} imports {imported} (line {', '.join(map(str, lines))})")
        return result

    def _may(self, imported: str, allowed: set[str]) -> bool:
        root = imported.partition(".")[0]
        if root in sys.stdlib_module_names:
            return root not in cast("set[str]", self.denied)
        return any(imported == one or imported.startswith(f"{one}.") for one in allowed)

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import that is not allowed."""
        for line in check.metadata["found"]:
            output.print_error(f"- {line}")
