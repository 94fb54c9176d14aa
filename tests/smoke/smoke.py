"""As users meet it: the MCP inspector's command line talks to the server over stdio, and `skills` installs the skill.

``smoke.py NODE_MODULES PROGRAM``; ends with exit status 1 at the first answer that is not the expected one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
REVISIONS = ROOT / "examples" / "shop" / "migrations" / "versions"
DANGEROUS = REVISIONS / "2026_02_03_find_orders_by_date.py"
SAFE = REVISIONS / "2026_03_03_index_the_shipping_address.py"
RULE = ROOT / "rules" / "migration" / "index-without-concurrently.md"
TOOLS = {"explain_migration", "lint_migration", "read_rule", "search_rules"}
REFUSED = 5
"""The inspector's exit status for an answer that is an error."""


class Inspector:
    """The inspector out of ``node_modules``, for the server that ``program`` starts."""

    def __init__(self, node_modules: Path, program: str) -> None:
        launcher = node_modules / "@modelcontextprotocol" / "inspector" / "clients" / "launcher" / "build" / "index.js"
        self._command = [str(node_modules / ".bin" / "node"), str(launcher), "--cli", program, "serve"]

    def __call__(self, method: str, *options: str, status: int = 0) -> Any:
        """What the server answers to ``method``; ends the smoke test when the exit status is another one."""
        command = [*self._command, "--method", method, *options, "--format", "json"]
        finished = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
        )
        if finished.returncode != status:
            sys.exit(f"{method}: exit status {finished.returncode}, expected {status}\n{finished.stderr.strip()}")
        return json.loads(finished.stdout)["result"] if status == 0 else None

    def call(self, tool: str, status: int = 0, **arguments: str) -> Any:
        options = ("--tool-name", tool, "--tool-args-json", json.dumps(arguments))
        return self("tools/call", *options, status=status)


def expect(what: str, actual: object, expected: object) -> None:
    if actual != expected:
        sys.exit(f"{what}: {actual!r}, expected {expected!r}")
    print(f"ok  {what}")


def findings(inspector: Inspector, revision: Path) -> list[tuple[int, str]]:
    report = inspector.call("lint_migration", text=revision.read_text(encoding="utf-8"))["structuredContent"]
    expect(f"{revision.name} is analysed whole", report["not_analysed"], [])
    return [(finding["line"], finding["rule"]) for finding in report["findings"]]


def line_of(code: str, path: Path) -> int:
    return next(n for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if code in line)


def try_server(inspector: Inspector) -> None:
    tools = {tool["name"] for tool in inspector("tools/list")["tools"]}
    expect(f"tools/list: {', '.join(sorted(tools))}", TOOLS - tools, set())
    rules = sorted(f"database-patterns://rules/{path.stem}" for path in ROOT.glob("rules/[!g]*/*.md"))
    resources = {resource["uri"] for resource in inspector("resources/list")["resources"]}
    expect(
        f"resources/list: {len(rules)} rules among {len(resources)}", [*filter(resources.__contains__, rules)], rules
    )
    uri = f"database-patterns://rules/{RULE.stem}"
    (content,) = inspector("resources/read", "--uri", uri)["contents"]
    expect(f"resources/read: {uri}", content["text"], RULE.read_text(encoding="utf-8"))
    dangerous = [(line_of("op.create_index", DANGEROUS), RULE.stem)]
    expect(f"lint_migration finds {RULE.stem}", findings(inspector, DANGEROUS), dangerous)
    expect("lint_migration finds nothing in a safe revision", findings(inspector, SAFE), [])
    inspector.call("lint_migration", text="SELECT 1", dialekt="postgresql", status=REFUSED)
    print(f"ok  lint_migration refuses an argument that it does not know (exit status {REFUSED})")


def contents(folder: Path) -> dict[str, bytes]:
    files = (Path(top, name) for top, _, names in os.walk(folder, followlinks=True) for name in names)
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def try_skill(node_modules: Path) -> None:
    programs = (node_modules / ".bin").resolve()
    options = ["--agent", "claude-code", "--skill", "database-patterns", "--copy", "--yes"]
    with tempfile.TemporaryDirectory() as project:
        environment = os.environ | {
            "DISABLE_TELEMETRY": "1",
            "HOME": project,
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        }
        command = [str(programs / "skills"), "add", str(ROOT), *options]
        subprocess.run(
            command,
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=True,
        )
        installed = contents(Path(project, ".claude", "skills", "database-patterns"))
    skill = contents(ROOT / "skills" / "database-patterns")
    expect(f"npx skills add: {len(skill)} files of the skill", installed == skill, expected=True)


def main() -> None:
    node_modules, program = sys.argv[1:]
    try_server(Inspector(Path(node_modules), program))
    try_skill(Path(node_modules))


if __name__ == "__main__":
    main()
