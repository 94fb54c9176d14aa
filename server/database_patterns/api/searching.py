"""Which rules and guides speak to a question or to a piece of code."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Final

from database_patterns.documents import Document, everything

_WORD: Final = re.compile(r"[a-z0-9]+")
_STOP_WORDS: Final = frozenset(
    """a an and are as at be by can do does for from has have how i if in is it its my of on or should so that the their
    then there this to use using was what when which will with you your""".split()  # noqa: SIM905 - words read better without quotes
)
_SAME: Final = {"add": "create", "remove": "drop", "delete": "drop"}
"""Words of questions, and what rules say for them."""
_WEIGHTS: Final = {"name": 1.0, "title": 0.7, "flagged": 0.35, "text": 0.12}
_BY_LENGTH: Final = {"name": 0.0, "title": 0.0, "flagged": 0.75, "text": 0.75}
"""How far the length of a field counts: b of BM25F, for each field."""
_RELEVANT: Final = 0.25
"""The share of the best score below which a document no longer speaks to the question."""


def search(query: str) -> tuple[Document, ...]:
    """The rules and guides that speak to a question or to a piece of code, the best first; empty when none does.

    Ranked by BM25F (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) over name, title, flagged
    code and text.
    """
    wanted = set(_words(query))
    index = _index()
    in_documents = Counter(word for words in index.values() for word in words.keys() & wanted)
    weight = {word: math.log(1 + len(index) / count) for word, count in in_documents.items()}
    scores = {
        name: sum(weight[word] * words[word] / (1.5 + words[word]) for word in words.keys() & wanted)
        for name, words in index.items()
    }
    enough = max(scores.values(), default=0.0) * _RELEVANT
    ranked = sorted((-score, name) for name, score in scores.items() if score and score >= enough)
    return tuple(everything()[name] for _, name in ranked)


@cache
def _index() -> Mapping[str, Mapping[str, float]]:
    """For each rule and guide the weighted number of times that each word occurs in it."""
    fields = {name: _fields(document) for name, document in everything().items()}
    lengths = {field: [each[field].total() for each in fields.values()] for field in _WEIGHTS}
    usual = {field: statistics.fmean(filter(None, lengths[field])) for field in _WEIGHTS}
    return {name: _weighted_words(each, usual) for name, each in fields.items()}


def _fields(item: Document) -> Mapping[str, Counter[str]]:
    """How often each word occurs in each field."""
    fields = {
        "name": item.name,
        "title": item.title,
        "flagged": "\n".join(block.code for block in item.blocks if block.section == "What it flags"),
        "text": "\n".join(item.sections.values()),
    }
    return {field: Counter(_words(text)) for field, text in fields.items()}


def _weighted_words(fields: Mapping[str, Counter[str]], usual: Mapping[str, float]) -> Mapping[str, float]:
    """A word counts for less in a field that is longer than the ``usual`` number of words."""
    weighted: dict[str, float] = {}
    for field, words in fields.items():
        length = 1 + _BY_LENGTH[field] * (words.total() / usual[field] - 1)
        for word, count in words.items():
            weighted[word] = weighted.get(word, 0.0) + _WEIGHTS[field] * count / length
    return weighted


def _words(text: str) -> Iterator[str]:
    """The words of a text in lower case, plurals and singulars as one, then each two that follow each other."""
    words = [_singular(_SAME.get(word, word)) for word in _WORD.findall(text.lower()) if word not in _STOP_WORDS]
    yield from words
    yield from (" ".join(pair) for pair in pairwise(words))


def _singular(word: str) -> str:
    return word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word
