"""The keys of a record: how identities are looked up, and how fields are encrypted on request.

Used by `record*` alone. A record without a passphrase has an index key only. With one, a random
data key encrypts every row's content and identity (AES-256-GCM, a random nonce each, bound to the
row's number and part), and is itself encrypted by scrypt(passphrase): a new passphrase rewraps 32
bytes, and without any passphrase nobody can open it again. What scrypt costs stands beside the
wrapped key, so that a later version may ask for more and still open today's files.
"""

import hmac
import os
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from precmed_gui.archive.record_errors import damaged, wrong_passphrase

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY, _NONCE, _SALT, _DIGEST = 32, 12, 16, 16
SCRYPT_COST, _SCRYPT_BLOCK, _SCRYPT_LANES = 2**16, 8, 1
_MOST_MEMORY, _MOST_LANES = 2**31, 64
_WRAPPING = b"precmed record data key"


@dataclass(frozen=True, slots=True)
class Keys:
    """What an open record reads and writes with.

    Parameters
    ----------
    index
        32 bytes under which identities are looked up.
    data
        32 bytes that encrypt, or empty where the record is not encrypted.
    """

    index: bytes
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Cost:
    """What scrypt costs (RFC 7914): n, a power of 2, r and p; 128 · n · r bytes of memory."""

    n: int
    r: int
    p: int


_UNSTATED = Cost(2**16, 8, 1)
"""Of files that do not say it: encrypted before the cost stood in them."""


@dataclass(frozen=True, slots=True)
class KeptKeys:
    """Keys as the file keeps them: the index key itself, or the wrapped data key with its salt."""

    index: bytes | None
    salt: bytes | None = None
    wrapped: bytes | None = None
    cost: Cost | None = None


def new_keys(*, is_encrypted: bool) -> Keys:
    """Keys that nobody had before."""
    if not is_encrypted:
        return Keys(os.urandom(_KEY))
    return _of_data_key(os.urandom(_KEY))


def kept(keys: Keys, passphrase: str) -> KeptKeys:
    """What the file keeps of `keys`."""
    if not keys.data:
        return KeptKeys(keys.index)
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    cost = Cost(SCRYPT_COST, _SCRYPT_BLOCK, _SCRYPT_LANES)
    wrapped = _cipher(_stretched(passphrase, salt, cost)).encrypt(nonce, keys.data, _WRAPPING)
    return KeptKeys(None, salt, nonce + wrapped, cost)


def opened(found: KeptKeys, passphrase: str) -> Keys:
    """The keys again.

    Raises
    ------
    WrongPassphrase
        If these need another passphrase.
    DamagedRecord
        If they are none.
    """
    if found.wrapped is None or found.salt is None:
        if found.index is None or len(found.index) != _KEY:
            raise damaged()
        return Keys(found.index)
    if not passphrase:
        raise wrong_passphrase(is_given=False)
    from cryptography.exceptions import InvalidTag

    nonce, wrapped = found.wrapped[:_NONCE], found.wrapped[_NONCE:]
    try:
        stretched = _stretched(passphrase, found.salt, _sound(found.cost or _UNSTATED))
        data = _cipher(stretched).decrypt(nonce, wrapped, _WRAPPING)
    except InvalidTag as error:
        raise wrong_passphrase(is_given=True) from error
    except ValueError as error:
        raise damaged() from error
    return _of_data_key(data)


def lookup_digest(keys: Keys, text: str) -> bytes:
    """16 bytes that stand for `text`: equal for equal texts, and nothing to learn without key."""
    return hmac.digest(keys.index, text.encode("utf-8", "surrogatepass"), "sha256")[:_DIGEST]


def written(keys: Keys, place: str, content: bytes) -> bytes:
    """`content` as the file keeps it at `place` ("12 identity")."""
    if not keys.data:
        return content
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(keys.data).encrypt(nonce, content, place.encode("ascii"))


def read(keys: Keys, place: str, stored: bytes) -> bytes:
    """What `written` was given; raises `DamagedRecord` if it is not what was written there."""
    if not keys.data:
        return stored
    from cryptography.exceptions import InvalidTag

    try:
        nonce, content = stored[:_NONCE], stored[_NONCE:]
        return _cipher(keys.data).decrypt(nonce, content, place.encode("ascii"))
    except (InvalidTag, ValueError) as error:
        raise damaged() from error


def _of_data_key(data: bytes) -> Keys:
    return Keys(hmac.digest(data, b"precmed record index key", "sha256"), data)


def _sound(cost: Cost) -> Cost:
    """The cost, unless a damaged file asks for what nobody ever wrote; raises `DamagedRecord`."""
    if not all(type(part) is int and part > 0 for part in (cost.n, cost.r, cost.p)):
        raise damaged()
    is_power = cost.n > 1 and not cost.n & (cost.n - 1)
    if not is_power or 128 * cost.n * cost.r > _MOST_MEMORY or cost.p > _MOST_LANES:
        raise damaged()
    return cost


def _stretched(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Scrypt (RFC 7914), 64 MiB of memory; equal for however the characters were composed."""
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    typed = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    return Scrypt(salt=salt, length=_KEY, n=cost.n, r=cost.r, p=cost.p).derive(typed)


@lru_cache(maxsize=4)
def _cipher(key: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
