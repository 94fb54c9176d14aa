"""The one exception for what a person can put right: bad input, a missing file, a server that cannot be started."""

from __future__ import annotations


class UserError(Exception):
    """A foreseen failure, said in one line.

    Args:
        what: what is wrong ("is not valid UTF-8 (byte 0xff at offset 12)").
        where: the file, folder or option that it is about.
        remedy: what to do next, as an imperative without a full stop; may be empty.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{where}{self.what}{remedy}"
