"""All knowledge of PostgreSQL: a Statement, the Catalog before it and a server version, to a Prediction."""

from __future__ import annotations

from .assumptions import Assumptions
from .predict import predict

__all__ = ["Assumptions", "predict"]
