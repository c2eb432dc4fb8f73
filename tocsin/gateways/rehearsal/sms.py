"""A carrier of SMS that is played: what it took is a file, and nobody is sent anything."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from tocsin.calls.ports import SmsRefusedError
from tocsin.calls.rules.numbers import is_mobile


@dataclass(frozen=True)
class RehearsedSms:
    """Keeps each message under its key in a folder, without the number: only its last two digits.

    Refuses a number that is no mobile telephone's. Where the folder cannot be written it is away.
    """

    folder: Path

    def send(self, *, key: str, number: str, text: str) -> None:
        if not is_mobile(number):
            raise SmsRefusedError("no mobile telephone has this number")
        self.folder.mkdir(mode=0o700, exist_ok=True)
        name = hashlib.sha256(key.encode()).hexdigest()[:32]
        # Opened only where there is none: of two that are sent under one key the second is no message.
        try:
            with (self.folder / f"{name}.json").open("x", encoding="utf-8") as file:
                json.dump({"number": f"…{number[-2:]}", "text": text}, file, ensure_ascii=False)
        except FileExistsError:
            return

    def delivered(self) -> list[dict[str, str]]:
        """What was taken, the oldest first."""
        files = sorted(self.folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
        return [json.loads(file.read_text(encoding="utf-8")) for file in files]
