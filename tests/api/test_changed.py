"""What has changed since a commit, as git tells it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from database_patterns.api.changed import changed_since
from database_patterns.errors import UserError

GIT = ("git", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run([*GIT, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One whose branch ``work`` has left ``main`` before that went on."""
    git(tmp_path, "init")
    for name in ("old.sql", "edited.sql", "gone.sql", "ä b.sql"):
        (tmp_path / name).write_text("SELECT 1;\n")
    (tmp_path / ".gitignore").write_text("ignored.sql\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    git(tmp_path, "checkout", "-b", "work")
    (tmp_path / "ä b.sql").write_text("SELECT 2;\n")
    (tmp_path / "gone.sql").unlink()
    git(tmp_path, "commit", "-am", "second")
    git(tmp_path, "checkout", "main")
    (tmp_path / "old.sql").write_text("SELECT 3;\n")
    git(tmp_path, "commit", "-am", "third")
    git(tmp_path, "checkout", "work")
    return tmp_path


def test_what_the_branch_has_committed_what_is_edited_and_what_is_new_have_changed(repository: Path) -> None:
    (repository / "edited.sql").write_text("SELECT 2;\n")
    (repository / "inner").mkdir()
    (repository / "inner" / "new.sql").write_text("SELECT 4;\n")
    (repository / "ignored.sql").write_text("SELECT 5;\n")
    names = {"ä b.sql", "edited.sql", "inner/new.sql"}
    assert changed_since("main", repository / "inner") == {(repository / name).resolve() for name in names}


@pytest.mark.parametrize(
    ("reference", "complaint"),
    [
        ("nowhere", "git merge-base nowhere HEAD: git says: Not a valid object name nowhere"),
        ("--help", "--help: is no reference of git; name a branch, a tag or a commit"),
    ],
)
def test_a_reference_that_git_does_not_know_is_said(repository: Path, reference: str, complaint: str) -> None:
    with pytest.raises(UserError) as raised:
        changed_since(reference, repository)
    assert str(raised.value) == complaint


def test_outside_of_a_repository_git_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^git rev-parse --show-toplevel: git says: not a git repository"):
        changed_since("main", tmp_path)
