"""Writes jwt.json: tokens that were signed by another implementation, and the public keys to verify them.

    python3 gateway/auth/vectors/make_jwt.py > gateway/auth/vectors/jwt.json

The private keys are made anew each time and thrown away.
"""
import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

LATE = 4102444800  # 2100


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(n, size=None):
    return b64(n.to_bytes(size or (n.bit_length() + 7) // 8, "big"))


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)

r, e = RSA.public_key().public_numbers(), EC.public_key().public_numbers()
JWKS = {"keys": [
    {"kty": "RSA", "kid": "r", "use": "sig", "alg": "RS256", "n": number(r.n), "e": number(r.e)},
    {"kty": "EC", "kid": "e", "use": "sig", "alg": "ES256", "crv": "P-256", "x": number(e.x, 32), "y": number(e.y, 32)},
    {"kty": "OKP", "kid": "d", "use": "sig", "alg": "EdDSA", "crv": "Ed25519", "x": b64(ED.public_key().public_bytes_raw())},
]}


def sign(alg, data, key=None):
    if alg == "RS256":
        return (key or RSA).sign(data, padding.PKCS1v15(), hashes.SHA256())
    if alg == "ES256":
        a, b = utils.decode_dss_signature(EC.sign(data, ec.ECDSA(hashes.SHA256())))
        return a.to_bytes(32, "big") + b.to_bytes(32, "big")
    if alg == "EdDSA":
        return ED.sign(data)
    if alg == "HS256":
        # The trick of signing with the public key as if it were a secret.
        return hmac.new(number(r.n).encode(), data, hashlib.sha256).digest()
    return b""


def token(alg="EdDSA", kid="d", key=None, **claims):
    header = {"alg": alg, "typ": "JWT"}
    if kid:
        header["kid"] = kid
    body = {"iss": "https://issuer.test", "aud": "steploom", "exp": LATE, "sub": "ada",
            "account": "111111111111", "scope": "openid functions:read executions:invoke:a-*"}
    body.update(claims)
    body = {name: value for name, value in body.items() if value is not None}
    text = b64(json.dumps(header).encode()) + "." + b64(json.dumps(body).encode())
    return text + "." + b64(sign(alg, text.encode(), key))


GOOD = {
    "RS256": token("RS256", "r"),
    "ES256": token("ES256", "e"),
    "EdDSA": token(),
    "no key id": token(kid=None),
    "scopes as a list": token(scope=["functions:read", "executions:invoke:a-*", 7]),
    "one audience of two": token(aud=["other", "steploom"]),
}
BAD = {
    "none": (token("none", "d"), "InvalidToken"),
    "HS256 by the public key": (token("HS256", "r"), "InvalidToken"),
    "another's key": (token("RS256", "r", STRANGER), "InvalidToken"),
    "a key of another kind": (token("RS256", "d"), "InvalidToken"),
    "an unknown key": (token(kid="x"), "InvalidToken"),
    "expired": (token(exp=1500000000), "ExpiredToken"),
    "no end": (token(exp=None), "InvalidToken"),
    "not yet": (token(nbf=LATE - 1), "InvalidToken"),
    "another issuer": (token(iss="https://other.test"), "InvalidToken"),
    "no issuer": (token(iss=None), "InvalidToken"),
    "another audience": (token(aud="other"), "InvalidToken"),
    "no audience": (token(aud=None), "InvalidToken"),
    "no account": (token(account=None), "InvalidToken"),
    "no such account": (token(account="1"), "InvalidToken"),
    "account as a number": (token(account=111111111111), "InvalidToken"),
}
print(json.dumps({"jwks": JWKS, "good": GOOD, "bad": BAD, "noScopes": token(scope="openid")}, indent=1))
