"""Names that stand for people: the same person has the same one, and nobody without the secret can tell whose it is."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """A keyed hash. The key is the deployment's secret; a new key makes everybody a stranger."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Raise ValueError for an empty secret: anybody could then compute the names."""
        if not self.secret:
            raise ValueError("a pseudonym needs a secret")

    def of(self, channel: str, *ids: str) -> str:
        """Return the name, 32 hexadecimal characters, of the person that `ids` (user, room …) mean in `channel`."""
        mac = hmac.new(self.secret, digestmod=hashlib.sha256)
        for part in (channel, *ids):
            data = part.encode("utf-8", "surrogatepass")
            # With its length before each part, ("ab", "c") and ("a", "bc") stay different people.
            mac.update(len(data).to_bytes(8, "big") + data)
        return mac.hexdigest()[:32]
