"""The MCP server: the use cases of ``api`` as tools, the rules as resources. Only this package imports the SDK."""

from __future__ import annotations

from .server import build_server, serve
from .settings import Settings

__all__ = ["Settings", "build_server", "serve"]
