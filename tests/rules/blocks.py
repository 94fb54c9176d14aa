"""The blocks of rules and guides as the files that a user would have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from database_patterns.catalog import Catalog
from database_patterns.documents import Block, Document, Expectation
from database_patterns.effects.context import Assumptions, MigrationInContext, StatementInContext, follow
from database_patterns.model import Direction, Finding, Migration
from database_patterns.reading import read_text

IMPORTS = "from alembic import op\nimport sqlalchemy as sa\n\n"
PREAMBLE = f"{IMPORTS}revision = {{revision!r}}\ndown_revision = {{down!r}}\n\n"
"""What a Python block leaves out, because every revision begins like this, unless it has a ``revision`` of its own."""


@dataclass(frozen=True)
class Source:
    """A block as the file that a user would have; ``offset`` is the number of lines before the block's own."""

    document: Document
    block: Block
    name: str
    text: str
    offset: int

    @property
    def is_revision(self) -> bool:
        return self.block.language == "python" and not is_module(self.block)

    @property
    def migration(self) -> Migration:
        return read_text(self.text, self.name, "sql" if self.block.language == "sql" else "alembic")

    def place(self, line: int) -> str:
        """A line of the file as a line of the document."""
        return f"{self.document.path.name}:{self.block.line + line - 1 - self.offset}"

    def announced(self) -> list[tuple[str, str]]:
        """The findings that the block announces: place and rule."""
        claims = [claim for claim in self.block.expectations if claim.kind == "finds"]
        return sorted((self.place(claim.line + self.offset), name) for claim in claims for name in claim.values)

    def found(self, findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
        left = (finding for finding in findings if finding.allowed is None)
        return sorted((self.place(finding.span.line), finding.rule) for finding in left)

    def claims_about(self, at: StatementInContext) -> list[Expectation]:
        """What the block says of a statement, but for its findings."""
        lines = range(at.statement.span.line, at.statement.span.end_line + 1)
        return [
            claim for claim in self.block.expectations if claim.line + self.offset in lines and claim.kind != "finds"
        ]


def projects(document: Document) -> Iterator[list[Source]]:
    """The document's blocks: those with a file name, of one language and under one heading, are one project.

    A file that the project has already begins another one.
    """
    for _, blocks in groupby(document.blocks, key=lambda block: (block.section, block.language, bool(block.file))):
        sources: list[Source] = []
        for block in blocks:
            if sources and (not block.file or any(source.block.file == block.file for source in sources)):
                yield sources
                sources = []
            before = [source.name.removesuffix(".py") for source in sources if source.is_revision]
            sources.append(_source(document, block, before[-1] if before else None))
        yield sources


def is_module(block: Block) -> bool:
    """Whether the block is a file of a project that is no revision: its env.py, or its models."""
    return bool(block.file) and str(block.file).endswith(("env.py", "models.py"))


def is_alembic(project: list[Source]) -> bool:
    """Whether the blocks are files of an Alembic project (``versions/a.py``, ``env.py``), and linted and run as one."""
    return any(source.block.file and source.block.file.startswith(("env.py", "versions/")) for source in project)


def _source(document: Document, block: Block, down: str | None) -> Source:
    name = (block.file or f"{document.name}.{'sql' if block.language == 'sql' else 'py'}").rpartition("/")[2]
    preamble = "" if block.language == "sql" or is_module(block) else IMPORTS
    if preamble and "revision = " not in block.code:
        preamble = PREAMBLE.format(revision=name.removesuffix(".py"), down=down)
    return Source(document, block, name, preamble + block.code, preamble.count("\n"))


def setup(document: Document) -> Catalog:
    catalog = Catalog.empty()
    for statement in read_text(document.setup or "SELECT", kind="sql").upgrade:
        assert statement.error is None, (document.name, statement.error)
        catalog = catalog.advance(statement)
    return catalog


def followed(
    project: list[Source], catalog: Catalog, postgres: int = 18, directions: tuple[Direction, ...] = ("upgrade",)
) -> Iterator[tuple[Source, MigrationInContext]]:
    """Each file of the project with what it does after those before it; a downgrade follows its own upgrade."""
    for source in project:
        migration = source.migration
        for direction in directions:
            context = follow(migration, direction, catalog, Assumptions(postgres=postgres, timezone="UTC"))
            yield source, context
            catalog = context.at_end
