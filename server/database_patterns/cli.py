"""The command line: arguments in, report out. Nothing but this module prints."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TextIO

from database_patterns import reporting
from database_patterns.errors import UserError
from database_patterns.model import POSTGRES_VERSIONS, SEVERITIES
from database_patterns.reports import LintReport, Report

if TYPE_CHECKING:
    from database_patterns.api.history import Options
    from database_patterns.api.sources import Given

FINDINGS: Final = 1
UNUSABLE: Final = 2
INCOMPLETE: Final = 3
INTERRUPTED: Final = 130

COLLECTED_AFTER: Final = 50_000
"""So many new objects make Python look for unreachable ones: a short run has few, and searching is a quarter of it."""
_STDIN: Final = "-"
_NEWEST: Final = POSTGRES_VERSIONS[-1]
_FAIL_ON: Final = "warning"
_EPILOG: Final = """\
exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or unreadable input,
3 something could not be analysed and --strict was given
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    gc.set_threshold(COLLECTED_AFTER)
    try:
        options, unknown = _parser().parse_known_args(arguments)
        if unknown:
            options.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
        return _command(options)
    except UserError as error:
        _complain(str(error))
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED


def _command(options: argparse.Namespace) -> int:
    """Run the command that was asked for. What a command needs is imported only then."""
    commands = {
        "lint": _lint,
        "explain": _explain,
        "rules": _rules,
        "demo": _demo,
        "doctor": _doctor,
        "serve": _serve,
    }
    if options.version:
        return _version()
    if options.verb is None:
        raise UserError("say what to do", remedy=f"one of {', '.join(commands)}, or --help")
    return commands[options.verb](options)


def _lint(options: argparse.Namespace) -> int:
    from database_patterns.api import baseline  # noqa: PLC0415 - `rules` and `serve --help` need no parser
    from database_patterns.api.lint import lint  # noqa: PLC0415 - as above

    context = _with_baseline(_context(options), options)
    report = lint(_given(options), context)
    if options.record_baseline:
        baseline.record(report.findings, Path(options.record_baseline))
        _print(f"findings recorded in {options.record_baseline}: {len(report.findings)}\n")
        return UNUSABLE if report.unreadable else 0
    if options.changed_since:
        report = _of_what_has_changed(report, options.changed_since)
    _show(report, options)
    lowest = options.fail_on or context.settings.fail_on or _FAIL_ON
    worst = SEVERITIES[: SEVERITIES.index(lowest) + 1]
    failed = any(finding.severity in worst for finding in report.findings)
    return _status(report, failed=failed, strict=options.strict)


def _explain(options: argparse.Namespace) -> int:
    from database_patterns.api.explain import explain  # noqa: PLC0415 - as in _lint

    report = explain(_given(options), _context(options), options.direction)
    _show(report, options)
    return _status(report, failed=False, strict=options.strict)


def _rules(options: argparse.Namespace) -> int:
    from database_patterns.api import rules  # noqa: PLC0415 - as in _lint

    if options.action is None:
        raise UserError(
            "say what to do with the rules", where="rules", remedy="database-patterns rules search, or rules show NAME"
        )
    if options.action == "show":
        _write(reporting.document(rules.show(options.name), options.format), options)
    else:
        _write(reporting.rules(rules.search(" ".join(options.query)), options.format, _style(options)), options)
    return 0


def _demo(options: argparse.Namespace) -> int:
    from database_patterns.api.demo import demo  # noqa: PLC0415 - brings the lab

    shown = reporting.demonstration(demo(postgres_bin=options.postgres_bin), options.format, _style(options))
    _write(shown, options)
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from database_patterns.api.doctor import doctor  # noqa: PLC0415 - brings the lab

    capabilities = doctor(postgres_bin=options.postgres_bin)
    _write(reporting.capabilities(capabilities, options.format, _style(options)), options)
    return 0


def _serve(options: argparse.Namespace) -> int:
    from database_patterns.api.settings import settings  # noqa: PLC0415 - as in _lint
    from database_patterns.mcp_server import Settings, serve  # noqa: PLC0415 - the SDK takes a second to import

    postgres = options.postgres or settings(options.root).postgres or _NEWEST
    serve(Settings(root=options.root, postgres=postgres))
    return 0


def _version() -> int:
    from database_patterns.api.doctor import DISTRIBUTION, version  # noqa: PLC0415 - as in _lint

    _print(f"{DISTRIBUTION} {version()}\n")
    return 0


def _given(options: argparse.Namespace) -> Given:
    """The inputs that were named; none means the Alembic project here."""
    from database_patterns.api import sources  # noqa: PLC0415 - as in _lint

    if _STDIN in options.paths:
        if options.paths != [_STDIN]:
            raise UserError("stands alone", where=_STDIN, remedy="name files, or read standard input, not both")
        return sources.from_bytes(_standard_input(), name="<stdin>", kind=options.kind)
    if not options.paths:
        return sources.from_project(Path())
    return sources.from_paths(map(Path, options.paths), kind=options.kind)


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise UserError("is closed", where="standard input", remedy="pipe the migration in, or name a file")
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise UserError(f"cannot be read ({error.strerror})", where="standard input") from None


def _context(options: argparse.Namespace) -> Options:
    from database_patterns.api import live, sources, timezones  # noqa: PLC0415 - as in _lint
    from database_patterns.api.history import Options  # noqa: PLC0415 - as in _lint
    from database_patterns.api.settings import settings  # noqa: PLC0415 - as in _lint

    decided = settings(Path())
    known = live.database() if options.live else None
    if known and options.schema:
        raise UserError("--schema and --live both say what exists", remedy="give one of them")
    return Options(
        postgres=options.postgres or (known.postgres if known else decided.postgres or _NEWEST),
        timezone=timezones.known(options.timezone) if options.timezone else decided.timezone,
        schema=sources.schema(Path(options.schema)) if options.schema else sources.Given(),
        history=sources.history(Path(options.history)) if options.history else sources.Given(),
        database=known,
        settings=decided,
    )


def _with_baseline(context: Options, options: argparse.Namespace) -> Options:
    """With the baseline that is named, else the configured one; recording one begins at zero."""
    if not options.record_baseline and not options.baseline:
        return context
    baseline = None if options.record_baseline else Path(options.baseline)
    return replace(context, settings=replace(context.settings, baseline=baseline))


def _of_what_has_changed(report: LintReport, reference: str) -> LintReport:
    from database_patterns.api.changed import changed_since  # noqa: PLC0415 - most runs need no git
    from database_patterns.api.lint import only  # noqa: PLC0415 - as in _lint

    return only(report, changed_since(reference, Path()), f"what has changed since {reference}")


def _show(report: Report, options: argparse.Namespace) -> None:
    """The report on standard output; what could not be read, a line each, on standard error in every format."""
    for line in report.unreadable:
        _complain(line)
    read = report.migrations or not report.unreadable
    if read or options.format != "text":
        detailed = options.verb == "explain" and options.detailed
        _write(reporting.render(report, options.format, _style(options), detailed=detailed), options)


def _status(report: Report, *, failed: bool, strict: bool) -> int:
    if report.unreadable:
        return UNUSABLE
    if failed:
        return FINDINGS
    return INCOMPLETE if strict and report.not_analysed else 0


def _write(text: str, options: argparse.Namespace) -> None:
    """To the file of --output, else to standard output; a reader that has gone away (``| head``) is no error."""
    if options.output:
        try:
            Path(options.output).write_text(text, encoding="utf-8")
        except OSError as error:
            raise UserError(f"cannot be written ({error.strerror})", where=options.output) from None
        return
    _print(text)


def _print(text: str) -> None:
    if sys.stdout is None:
        raise UserError("is closed", where="standard output", remedy="open it, or give --output FILE")
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.flush()
    except OSError as error:
        _discard(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            raise UserError(f"cannot be written ({error.strerror})", where="standard output") from None


def _complain(line: str, program: str = "database-patterns") -> None:
    """One line on standard error, where there is one; it is not said elsewhere instead."""
    if sys.stderr is not None:
        try:
            print(f"{program}: {reporting.printable(line)}", file=sys.stderr, flush=True)
        except OSError:
            _discard(sys.stderr)


def _discard(stream: TextIO) -> None:
    """Let a stream that cannot be written lead nowhere: what it still holds would fail once more as Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _style(options: argparse.Namespace) -> reporting.Style:
    """Colour where --color asks for it, else on a terminal that has it (https://no-color.org)."""
    if options.output or options.color == "never":
        return reporting.PLAIN
    terminal = sys.stdout is not None and sys.stdout.isatty()
    wanted = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return reporting.Style(colour=wanted or options.color == "always")


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; ``parser`` of what it parses is itself, or that of the verb."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 - argparse's settings
        super().__init__(**settings)
        self.set_defaults(parser=self)

    def error(self, message: str) -> NoReturn:
        _complain(f"{message}; see {self.prog} --help", self.prog)
        sys.exit(UNUSABLE)

    def print_help(self, file: object = None) -> None:  # noqa: ARG002 - argparse's signature
        _print(self.format_help())


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="database-patterns",
        description="Proven knowledge of database migrations: PostgreSQL and Alembic first.",
    )
    parser.add_argument("--version", action="store_true", help="show the version")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)

    lint = _verb(verbs, "lint", "find what is dangerous in migrations, at its line, with what to write instead")
    _add_inputs(lint)
    lint.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        help=f"lowest severity for exit status 1 (default: as configured, else {_FAIL_ON})",
    )
    lint.add_argument("--baseline", metavar="FILE", help="leave out the findings that this file has recorded")
    lint.add_argument("--record-baseline", metavar="FILE", help="write today's findings there, for --baseline")
    lint.add_argument(
        "--changed-since", metavar="REF", help="show findings of what differs from this commit or branch of git alone"
    )
    _add_output(lint)

    explain = _verb(verbs, "explain", "say statement by statement what PostgreSQL locks, rewrites, scans and blocks")
    _add_inputs(explain)
    explain.add_argument("--direction", choices=("upgrade", "downgrade"), default="upgrade", help="default: upgrade")
    explain.add_argument("--detailed", action="store_true", help="with the reason of each effect, and its source")
    _add_output(explain)

    actions = _verb(verbs, "rules", "search the rules, or show a rule or a guide").add_subparsers(
        dest="action", metavar="ACTION", parser_class=_Parser
    )
    search = _verb(actions, "search", "rules that speak to a question or a piece of code; all without one")
    search.add_argument("query", nargs="*", metavar="WORD")
    _add_output(search)
    show = _verb(actions, "show", "one rule or guide, whole")
    show.add_argument("name", metavar="NAME")
    _add_output(show)

    demo = _verb(verbs, "demo", "show the whole thing on an example shop")
    _add_lab(demo)
    _add_output(demo, formats=("text", "json"))

    doctor = _verb(verbs, "doctor", "say what this installation can do")
    _add_lab(doctor)
    _add_output(doctor, formats=("text", "json"))

    serve = _verb(verbs, "serve", "serve agents over MCP on standard input and output")
    serve.add_argument("--root", type=Path, default=Path(), help="folder that paths must lie in (default: this one)")
    _add_postgres(serve, said=f"as configured, else {_NEWEST}")
    return parser


def _verb(verbs: argparse._SubParsersAction[_Parser], name: str, purpose: str) -> argparse.ArgumentParser:
    return verbs.add_parser(
        name,
        help=purpose,
        description=f"{purpose[0].upper()}{purpose[1:]}.",
        epilog=_EPILOG if name in {"lint", "explain"} else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="files, folders or whole projects; - reads standard input; none: the Alembic project here",
    )
    parser.add_argument("--kind", choices=("sql", "alembic"), help="what it is, where name and text leave it open")
    _add_postgres(parser, said=f"that of --live, else as configured, else {_NEWEST}")
    parser.add_argument("--timezone", metavar="ZONE", help="TimeZone of the session that migrates, such as UTC")
    parser.add_argument("--schema", metavar="FILE", help="what exists before: a dump (pg_dump --schema-only)")
    parser.add_argument("--history", metavar="DIR", help="what exists before: the migrations that were applied")
    parser.add_argument(
        "--live", action="store_true", help="what exists before: the live database of DATABASE_PATTERNS_DATABASE_URL"
    )
    parser.add_argument("--strict", action="store_true", help="exit status 3 where something could not be analysed")


def _add_postgres(parser: argparse.ArgumentParser, *, said: str) -> None:
    parser.add_argument("--postgres", type=int, choices=POSTGRES_VERSIONS, help=f"major version (default: {said})")


def _add_lab(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--postgres-bin", metavar="DIR", help="folder of the PostgreSQL server programs to measure on")


def _add_output(parser: argparse.ArgumentParser, formats: Sequence[str] = reporting.FORMATS) -> None:
    parser.add_argument("--format", choices=formats, default="text", help="default: text")
    parser.add_argument("--output", metavar="FILE", help="write there instead of to standard output")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="default: on a terminal")
