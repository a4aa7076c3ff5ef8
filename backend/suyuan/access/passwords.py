"""Passwords: argon2id, and what may be one. Hashing is costly on purpose, so few may hash at a time.

Parameters are those of RFC 9106's second recommendation: 3 passes over 64 MiB with 4 lanes, a salt of 16 and
a hash of 32 bytes. A hash carries its parameters; one made with others is renewed at the next sign-in. Rules
are those of NIST SP 800-63B: long, not common, not the login; no rules of composition.
"""

from __future__ import annotations

import json
import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from suyuan.access.errors import HashingBusy, PasswordRefused
from suyuan.kernel.errors import Fault

SHORTEST, LONGEST = 10, 256
PASSES, MEMORY_KIB, LANES = 3, 65_536, 4
#: Hashes at one time, and people who may wait for their turn; each takes about a tenth of a second.
AT_ONCE, WAITING = 2, 16

_hasher = PasswordHasher(PASSES, MEMORY_KIB, LANES, hash_len=32, salt_len=16, type=Type.ID)
_turns = threading.BoundedSemaphore(AT_ONCE)
_places = threading.BoundedSemaphore(AT_ONCE + WAITING)

#: A hash that nothing fits: verified for logins that nobody has, so that they take as long as others.
NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$c3V5dWFuIG5vYm9keSBoZQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

#: What most people choose, here and elsewhere, as parts, the longest first.
_COMMON: list[str] = json.loads(files(__package__).joinpath("common_words.json").read_bytes())
_REPEATED = re.compile(r"(.{1,5}?)\1+", re.DOTALL)
_LEAST_REST = 4


def normal(text: str) -> str:
    """The form that is hashed (NFC), so that an accent is the same from every keyboard."""
    return unicodedata.normalize("NFC", text)


def check(text: str, logins: Sequence[str] = ()) -> None:
    """Raises PasswordRefused with every fault. `logins` are the person's own, in normal form."""
    if len(text) > 4 * LONGEST:  # not even looked at more closely
        raise PasswordRefused([_length()])
    password = normal(text)
    found = []
    if not SHORTEST <= len(password) <= LONGEST:
        found.append(_length())
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in password):
        message = "The password has a control character in it."
        found.append(Fault("/password", "password.control", message, "Type it rather than paste it."))
    if is_common(password):
        message = "This is among the passwords that are tried first."
        found.append(
            Fault("/password", "password.common", message, "Four words without a connection are good.")
        )
    if any(part in password.casefold() for part in _parts(logins)):
        message = "The login is a part of the password."
        found.append(
            Fault("/password", "password.login", message, "Choose one that has nothing to do with it.")
        )
    if found:
        raise PasswordRefused(found)


def is_common(password: str) -> bool:
    """Whether hardly anything remains without common parts and repetitions."""
    rest = password.casefold().translate(str.maketrans("@$!", "asi"))
    plain = rest.translate(str.maketrans("013457", "oleast")) if not rest.isdecimal() else rest
    return any(len(_REPEATED.sub(r"\1", _without_common(each))) < _LEAST_REST for each in (rest, plain))


def _without_common(text: str) -> str:
    for part in _COMMON:
        text = text.replace(part, "")
    return text


def _parts(logins: Sequence[str]) -> Iterator[str]:
    for login in logins:
        yield from (each for each in (login.partition("@")[0], login.removeprefix("+86")) if len(each) >= 4)


def _length() -> Fault:
    message = f"A password has {SHORTEST} to {LONGEST} characters."
    return Fault("/password", "password.length", message, "Four words without a connection are good.")


def hashed(text: str) -> str:
    """The encoded hash of a password that was checked. Raises HashingBusy."""
    with _turn():
        return _hasher.hash(normal(text))


def fits(encoded: str | None, text: str) -> bool:
    """Whether the password is the one of this hash; takes the same time where there is none. Raises
    HashingBusy.
    """
    shown = normal(text) if len(text) <= 4 * LONGEST else ""
    with _turn():
        try:
            return (
                _hasher.verify(encoded or NOBODYS, shown.encode("utf-8", "replace")) and encoded is not None
            )
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(encoded: str) -> bool:
    """Whether the hash was made with other parameters than now."""
    return _hasher.check_needs_rehash(encoded)


@contextmanager
def _turn() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise HashingBusy("Too many people sign in at this moment. Try again in a few seconds.")
    try:
        with _turns:
            yield
    finally:
        _places.release()
