"""Enums and domains as a catalog sees them, and which values an open transaction has added."""

from __future__ import annotations

from dataclasses import replace

from database_patterns.actions import AddEnumValue, CreateDomain, CreateEnum, Name
from database_patterns.model import Statement

from . import Catalog
from .draft import Draft
from .schema import NewValue


def create_type(draft: Draft, action: CreateEnum | CreateDomain, *, certain: bool = True) -> None:
    """CREATE TYPE … AS ENUM and CREATE DOMAIN; not ``certain`` where the type may be an older one of that name."""
    name = draft.catalog.resolve(action.name)
    draft.set(types=draft.catalog.types.including(name, action if certain else None))


def add_value(draft: Draft, action: AddEnumValue) -> None:
    """ALTER TYPE … ADD VALUE."""
    known = draft.catalog.type(action.name)
    if isinstance(known, CreateEnum) and action.value not in known.values:
        changed = replace(known, values=(*known.values, action.value))
        draft.set(types=draft.catalog.types.including(draft.catalog.resolve_type(action.name), changed))


def with_new_values(after: Catalog, statement: Statement, before: Catalog) -> Catalog:
    """The catalog ``after`` a statement, with the values that its transaction has added to an enum.

    Those of an enum that the same transaction has made can be used at once, and are left out.
    """
    transaction = statement.transaction
    if transaction is None:
        return after
    for action in statement.actions:
        if isinstance(action, CreateEnum) and not _may_be_older(after, statement, action):
            made = (before.resolve_type(action.name), transaction.id)
            after = replace(after, new_enums=after.new_enums | {made})
        elif isinstance(action, AddEnumValue):
            certain = statement.confidence == "exact" and transaction.certain
            after = _with_value(after, before, action, NewValue(action.name, action.value, transaction.id, certain))
    return after


def _may_be_older(after: Catalog, statement: Statement, action: CreateEnum) -> bool:
    """Whether the type that is there after ``statement`` may be one that was there before it."""
    return statement.only_unsure == "existence" and after.type(action.name) is not action


def _with_value(after: Catalog, before: Catalog, action: AddEnumValue, new: NewValue) -> Catalog:
    name: Name = before.resolve_type(action.name)
    known = before.type(action.name)
    there = isinstance(known, CreateEnum) and action.value in known.values
    if there or (name, new.transaction) in before.new_enums:
        return after
    certain = new.certain and (known is not None or not action.if_not_exists)
    return replace(after, new_values=(*after.new_values, replace(new, type=name, certain=certain)))
