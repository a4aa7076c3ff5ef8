"""A web server with a certificate of its own, on loopback, that answers what a test says, byte by byte."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

#: Takes the whole request and the connection, and answers as it likes.
Answering = Callable[[bytes, ssl.SSLSocket], None]


def certify(folder: Path, *names: str) -> tuple[Path, Path]:
    """A self-signed certificate for these names, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, secret


@dataclass
class TlsServer:
    port: int
    ca: Path
    requests: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)


@contextmanager
def serving(folder: Path, answering: Answering, *names: str) -> Iterator[TlsServer]:
    certificate, secret = certify(folder, *names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    listener = socket.create_server(("127.0.0.1", 0))
    found = TlsServer(listener.getsockname()[1], certificate)
    context.sni_callback = lambda _socket, name, _context: found.names.append(name)
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=_converse, args=(context, plain, found, answering))
            threads.append(thread)
            thread.start()

    loop = threading.Thread(target=accept)
    loop.start()
    try:
        yield found
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        loop.join()
        for each in threads:
            each.join()


def _converse(context: ssl.SSLContext, plain: socket.socket, found: TlsServer, answering: Answering) -> None:
    plain.settimeout(5)
    with plain, suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
        request = _read(connection)
        found.requests.append(request)
        answering(request, connection)


def _read(connection: ssl.SSLSocket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body
