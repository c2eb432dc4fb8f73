"""A small Debian mirror on a real web server, with a key of its own, that can be made to lie and to break."""

import base64
import hashlib
import http.server
import io
import lzma
import tarfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tocsin.gateways.asterisk.engine.sources import Machine


class Key:
    """A key that signs as OpenPGP has it (RFC 4880, sections 5.2 and 5.5), as far as gpgv and sqv ask."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        numbers = self._key.public_key().public_numbers()
        self._made_at = (int(time.time()) - 3600).to_bytes(4, "big")
        self._body = b"\x04" + self._made_at + b"\x01" + _mpi(numbers.n) + _mpi(numbers.e)
        self._hashed_body = b"\x99" + len(self._body).to_bytes(2, "big") + self._body
        self._fingerprint = hashlib.sha1(self._hashed_body, usedforsecurity=False).digest()

    def keyring(self) -> bytes:
        """The public key with its name, signed by itself."""
        user = b"Test archive"
        told = self._hashed_body + b"\xb4" + len(user).to_bytes(4, "big") + user
        may_sign = b"\x02\x1b\x03"
        signature = self._signature(0x13, told, may_sign)
        return _packet(6, self._body) + _packet(13, user) + signature

    def clear_sign(self, text: str) -> bytes:
        """The text with its signature, as in an InRelease file."""
        text = text.rstrip("\n")
        signature = base64.b64encode(self._signature(0x01, text.replace("\n", "\r\n").encode())).decode()
        return (
            f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{text}\n"
            f"-----BEGIN PGP SIGNATURE-----\n\n{signature}\n-----END PGP SIGNATURE-----\n"
        ).encode()

    def _signature(self, kind: int, data: bytes, more: bytes = b"") -> bytes:
        told = b"\x05\x02" + self._made_at + more + b"\x16\x21\x04" + self._fingerprint
        head = bytes([4, kind, 1, 8]) + len(told).to_bytes(2, "big") + told
        whole = data + head + b"\x04\xff" + len(head).to_bytes(4, "big")
        value = int.from_bytes(self._key.sign(whole, padding.PKCS1v15(), hashes.SHA256()), "big")
        key_id = b"\x09\x10" + self._fingerprint[-8:]
        untold = len(key_id).to_bytes(2, "big") + key_id + hashlib.sha256(whole).digest()[:2]
        return _packet(2, head + untold + _mpi(value))


def _mpi(number: int) -> bytes:
    return number.bit_length().to_bytes(2, "big") + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _packet(tag: int, body: bytes) -> bytes:
    return bytes([0xC0 | tag, 0xFF]) + len(body).to_bytes(4, "big") + body


def deb(files: Mapping[str, bytes], *, zstd: bool = False) -> bytes:
    """A Debian package (deb(5)) with these files; a value that starts with `-> ` is a link."""
    data = _tar(files)
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.xz": lzma.compress(_tar({"control": b"Package: test\n"})),
        **({"data.tar.zst": _zstd(data)} if zstd else {"data.tar.xz": lzma.compress(data)}),
    }
    archive = b"!<arch>\n"
    for name, content in members.items():
        archive += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(content):<10}`\n".encode()
        archive += content + b"\n" * (len(content) % 2)
    return archive


def _tar(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"./{name}")
            if content.startswith(b"-> "):
                member.type, member.linkname = tarfile.SYMTYPE, content[3:].decode()
                archive.addfile(member)
            else:
                member.size, member.mode = len(content), 0o755
                archive.addfile(member, io.BytesIO(content))
    return target.getvalue()


def _zstd(data: bytes) -> bytes:
    """A Zstandard frame (RFC 8878) of raw blocks: no compressor is needed to write one."""
    blocks = [data[start : start + 100_000] for start in range(0, len(data), 100_000)]
    frame = b"\x28\xb5\x2f\xfd" + b"\xa0" + len(data).to_bytes(4, "little")
    for number, block in enumerate(blocks, start=1):
        frame += (len(block) << 3 | (number == len(blocks))).to_bytes(3, "little") + block
    return frame


@dataclass
class Mirror:
    """What is served. Fields are changed by a test before it fetches; `publish` puts the suite together."""

    key: Key
    machine: Machine
    packages: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    # How many bytes of a file are sent before the line breaks; from then on nobody answers.
    cut: dict[str, int] = field(default_factory=dict)
    broken: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    address: str = ""

    def add(self, name: str, files: Mapping[str, bytes], *, depends: str = "", zstd: bool = False) -> None:
        """One package."""
        self.packages[name] = (depends, deb(files, zstd=zstd))

    def publish(
        self,
        *,
        suite: str = "forky",
        called: str = "",
        age: timedelta = timedelta(0),
        key: Key | None = None,
    ) -> None:
        """Puts the packages into a signed suite, that may be `called` something else and of some age."""
        paragraphs = []
        for name, (depends, content) in self.packages.items():
            path = f"pool/{name}_1_test.deb"
            self.files[path] = content
            digest = hashlib.sha256(content).hexdigest()
            paragraphs.append(
                f"Package: {name}\nVersion: 1\nDepends: {depends}\nFilename: {path}\n"
                f"Size: {len(content)}\nSHA256: {digest}\n"
            )
        index = lzma.compress("\n".join(paragraphs).encode())
        digest = hashlib.sha256(index).hexdigest()
        folder = f"main/binary-{self.machine.architecture}"
        self.files[f"dists/{suite}/{folder}/by-hash/SHA256/{digest}"] = index
        signed_at = datetime.now(UTC) - age
        release = (
            f"Origin: Debian\nSuite: testing\nCodename: {called or suite}\n"
            f"Date: {format_datetime(signed_at, usegmt=True)}\n"
            f"Valid-Until: {format_datetime(signed_at + timedelta(days=7), usegmt=True)}\n"
            f"SHA256:\n {digest} {len(index)} {folder}/Packages.xz\n"
        )
        self.files[f"dists/{suite}/InRelease"] = (key or self.key).clear_sign(release)

    def path_of(self, name: str) -> str:
        """Where a package is on the mirror."""
        return f"pool/{name}_1_test.deb"


class _Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mirror: Mirror

    def do_GET(self) -> None:
        """Answers as a mirror does, or breaks off as a bad line does."""
        mirror, path = self.mirror, self.path.lstrip("/")
        mirror.asked.append((path, self.headers.get("Range", "")))
        self.close_connection = True
        if mirror.broken:
            return
        content = mirror.files.get(path)
        if content is None:
            self.send_error(404)
            return
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = mirror.cut.get(path, len(content))
        mirror.broken = end < len(content)
        self.wfile.write(content[start:end])

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class Serving:
    """The mirror on a port of this machine, until the end of the block."""

    def __init__(self, mirror: Mirror) -> None:
        answers = type("Answers", (_Answers,), {"mirror": mirror})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), answers)
        mirror.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.05,)).start()

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
