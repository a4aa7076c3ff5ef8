"""A small OpenID Connect provider on 127.0.0.1, strict where the standard is, and false where a test asks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "suyuan", "a secret of the client: %+"


class Provider:
    """`person`: claims of who signs in there. `twist`: changes (header, claims, key) of the ID token."""

    def __init__(self, clock):
        self.clock = clock
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.person = {"sub": "42", "email": "li@example.com", "email_verified": True}
        self.twist = lambda header, claims, key: (header, claims, key)
        self.described = {}
        self.codes = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def visit(self, href):
        """What the person's browser does at the provider: (state, code) that it comes back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return asked["state"], code

    def description(self):
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        } | self.described

    def token(self, authorization, form):
        """A token, or None for a wrong client, code, address or verifier."""
        scheme, _, told = authorization.partition(" ")
        client, _, secret = (
            base64.b64decode(told).decode().partition(":") if scheme == "Basic" else ("", "", "")
        )
        asked = self.codes.pop(form.get("code"), None)
        if (unquote(client), unquote(secret)) != (CLIENT, SECRET) or asked is None:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if challenge != asked["code_challenge"] or form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        now = int(self.clock.now().timestamp())
        own = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        header, claims, key = self.twist({"alg": "RS256", "kid": "one"}, own | self.person, self.key)
        return {"access_token": "x", "token_type": "Bearer", "id_token": signed(header, claims, key)}

    def _handler(provider):  # noqa: N805 - the server's handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/.well-known/openid-configuration":
                    self._answer(200, provider.description())
                elif self.path == "/keys":
                    self._answer(200, {"keys": [provider.key.as_dict(private=False)]})
                else:
                    self._answer(404, {})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                found = provider.token(self.headers.get("Authorization", ""), form)
                self._answer(200 if found else 400, found or {"error": "invalid_grant"})

            def _answer(self, status, body):
                sent = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_):
                pass

        return Handler


def signed(header, claims, key):
    """A JWT; also with what no good provider uses."""
    if header["alg"] == "RS256":
        return jwt.encode(header, claims, key, algorithms=["RS256"])
    head = ".".join(_base64url(json.dumps(each).encode()) for each in (header, claims))
    if header["alg"] == "none":
        return f"{head}."
    shared = key.as_pem(private=False)  # the public key as a shared secret, for a careless client
    return f"{head}.{_base64url(hmac.digest(shared, head.encode(), 'sha256'))}"


def _base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
