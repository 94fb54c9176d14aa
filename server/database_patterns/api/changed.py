"""The files that have changed since a state of the git repository: what there is to lint on a branch."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from database_patterns.errors import UserError

_TIMEOUT_SECONDS: Final = 60


def changed_since(reference: str, folder: Path) -> frozenset[Path]:
    """The files that differ from where HEAD has left ``reference``, and those that git does not know yet, absolute.

    Args:
        reference: a commit, branch or tag.
        folder: any of the repository.

    Raises:
        UserError: there is no git or no repository, or it knows no such reference.
    """
    if reference.startswith("-"):
        raise UserError("is no reference of git", where=reference, remedy="name a branch, a tag or a commit")
    top = Path(_git(folder, "rev-parse", "--show-toplevel"))
    base = _git(top, "merge-base", reference, "HEAD")
    differ = _git(top, "diff", "--name-only", "-z", "--diff-filter=d", base)
    unknown = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    return frozenset((top / name).resolve() for names in (differ, unknown) for name in names.split("\0") if name)


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    try:
        done = subprocess.run(  # noqa: S603  git, and what is asked of it, are named here
            command, cwd=folder, capture_output=True, text=True, check=True, timeout=_TIMEOUT_SECONDS, errors="replace"
        )
    except FileNotFoundError:
        raise UserError("git is not installed", remedy="install it, or leave --changed-since out") from None
    except subprocess.TimeoutExpired:
        raise UserError("git did not answer", where=" ".join(command)) from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.strip().removeprefix("fatal: ").splitlines() or ["it has no commit in common with HEAD"]
        raise UserError(f"git says: {said[0]}", where=" ".join(command)) from None
    return done.stdout.removesuffix("\n")
