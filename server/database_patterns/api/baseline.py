"""Findings that are known already: recorded in a file, so that an old project can start at zero."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from database_patterns.errors import UserError
from database_patterns.model import Finding
from database_patterns.reading.regular import regular_text

_VERSION: Final = 1
_Key = tuple[str, str, str]
"""The rule, the file, and the statement, or what is said where there is none: all but the line, which moves."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Findings beside a baseline: the ``new`` ones, those that are ``known``, and ``notes`` on the baseline."""

    new: tuple[Finding, ...]
    known: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def compare(findings: Iterable[Finding], file: Path | None, linted: Collection[str] = ()) -> Compared:
    """``findings`` beside those that ``file`` has recorded.

    Args:
        findings: those of today.
        file: the baseline; None where there is none.
        linted: the paths that were looked at, of which what is not found any more is gone.

    Raises:
        UserError: the baseline cannot be read.
    """
    if file is None:
        return Compared(tuple(findings))
    left = _read(file)
    new: list[Finding] = []
    known: list[Finding] = []
    for finding in findings:
        key = _key(finding)
        (known if left[key] > 0 else new).append(finding)
        left[key] -= left[key] > 0
    gone = sum(count for (_, path, _), count in left.items() if path in linted)
    note = (
        f"findings of the baseline {file.name} that are gone: {gone}; record it again, so that none comes back unseen"
    )
    return Compared(tuple(new), tuple(known), (note,) if gone else ())


def record(findings: Iterable[Finding], file: Path) -> None:
    """Write ``findings`` to ``file``, sorted, so that two recordings can be compared; raises UserError if it cannot."""
    counted = sorted(Counter(map(_key, findings)).items())
    entries = [{"rule": rule, "path": path, "what": what, "count": count} for (rule, path, what), count in counted]
    text = json.dumps({"version": _VERSION, "findings": entries}, indent=1, ensure_ascii=False)
    try:
        file.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot be written ({error.strerror})", where=str(file)) from None


def _key(finding: Finding) -> _Key:
    return finding.rule, finding.span.path, " ".join((finding.statement or finding.message).split())


def _read(file: Path) -> Counter[_Key]:
    try:
        data: Any = json.loads(regular_text(file))
        return Counter({(each["rule"], each["path"], each["what"]): int(each["count"]) for each in data["findings"]})
    except FileNotFoundError:
        raise UserError("no such baseline", where=str(file), remedy="record it with --record-baseline") from None
    except OSError as error:
        raise UserError(f"cannot be read ({error.strerror or error})", where=str(file)) from None
    except (ValueError, KeyError, TypeError):
        remedy = "record it again with --record-baseline"
        raise UserError("is no baseline of ours", where=str(file), remedy=remedy) from None
