"""A passkey as a program: what a telephone or a security key does, without one (Web Authentication, level 2)."""

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256

# The person is there and was recognised; the key of a new credential is told.
SEEN, TOLD = b"\x05", b"\x45"
COUNTER = bytes(4)
NAME = b"a passkey of the tests"
MAKER = bytes(16)


@dataclass(frozen=True)
class Passkey:
    """One credential for one website."""

    website: str = "testserver"
    secret: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def registered(self, options: dict[str, Any]) -> str:
        """What the browser sends to have the key added."""
        key = cbor.encode(ES256.from_cryptography_key(self.secret.public_key()))  # type: ignore[no-untyped-call]
        told = self._website + TOLD + COUNTER + MAKER + len(NAME).to_bytes(2, "big") + NAME + key
        proof = cbor.encode({"fmt": "none", "attStmt": {}, "authData": told})
        return self._sent(
            clientDataJSON=self._asked("webauthn.create", options),
            attestationObject=proof,
            transports=["internal"],
        )

    def proved(self, options: dict[str, Any], *, person: bytes) -> str:
        """What the browser sends to sign somebody in."""
        seen = self._website + SEEN + COUNTER
        asked = self._asked("webauthn.get", options)
        signature = self.secret.sign(seen + hashlib.sha256(asked).digest(), ec.ECDSA(SHA256()))
        return self._sent(clientDataJSON=asked, authenticatorData=seen, signature=signature, userHandle=person)

    @property
    def _website(self) -> bytes:
        return hashlib.sha256(self.website.encode()).digest()

    def _asked(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = options["publicKey"]["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": f"https://{self.website}"}).encode()

    def _sent(self, **response: bytes | list[str]) -> str:
        parts = {name: _text(part) if isinstance(part, bytes) else part for name, part in response.items()}
        extensions = {"credProps": {"rk": True}}
        return json.dumps(
            {
                "type": "public-key",
                "id": _text(NAME),
                "rawId": _text(NAME),
                "response": parts,
                "clientExtensionResults": extensions,
            }
        )


def _text(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()
