"""Tests of :mod:`relay.policies.security.http_signature`."""

from __future__ import annotations

import base64
import hmac
from email.utils import formatdate
from typing import Any
from urllib.parse import quote

from twisted.trial.unittest import SynchronousTestCase

from relay.policies.call import Call
from tests.policies.steps import build, call, context, interruption

NOW_S = 1_700_000_000
SECRET = "shared"
HEADERS = {"Date": [formatdate(NOW_S, usegmt=True)], "X-A": ["1", "2"]}


def signature(text: str, digest: str = "sha256", secret: str = SECRET) -> str:
    """Sign a text."""
    made = hmac.digest(secret.encode(), text.encode(), digest)
    return base64.b64encode(made).decode()


def request(value: str, header: str = "Authorization", **headers: list[str]) -> Call:
    """Make a request with a signature."""
    return call(headers={**HEADERS, **headers, header: [value]})


GOOD = (
    'Signature keyId="k",algorithm="hmac-sha256",headers="(request-target) date x-a",'
    'signature="'
    + signature(
        "(request-target): get /api/orders/7?x=1\n"
        f"date: {HEADERS['Date'][0]}\nx-a: 1, 2"
    )
    + '"'
)


class HttpSignatureTests(SynchronousTestCase):
    """The signatures that are accepted."""

    def status(self, made: Call, now_s: int = NOW_S, **options: Any) -> int | None:
        """Return the status of the refusal."""
        step = build(
            "http-signature",
            context(wall_ms=now_s * 1000),
            **{"secret": "{#context.attributes['absent'] ?: 'shared'}", **options},
        )
        ended = interruption(step, made)
        return None if ended is None else ended.status

    def test_secrets_by_key(self) -> None:
        """The secret can depend on the key that the signature names."""
        for secret, expected in (
            ("{#keyId == 'k' ? 'shared' : null}", None),
            ("{#context.attributes[#keyId] ?: 'shared'}", None),
            ("{#context.attributes[#keyId]}", 401),
            ("{#keyId == 'other' ? 'shared' : ''}", 401),
        ):
            self.assertEqual(self.status(request(GOOD), secret=secret), expected)

    def test_good(self) -> None:
        """A signature is accepted in either header, within its time."""
        self.assertIsNone(self.status(request(GOOD)))
        self.assertIsNone(self.status(request(GOOD), NOW_S + 29))
        bare = GOOD.removeprefix("Signature ")
        made = request(bare, "Signature")
        self.assertIsNone(self.status(made, scheme="SIGNATURE"))
        enforced: dict[str, Any] = {"enforceHeaders": ["Date", "(request-target)"]}
        self.assertIsNone(self.status(request(GOOD), **enforced))

    def test_unquoted(self) -> None:
        """Unquoted parameters are accepted without strict mode, if none is quoted."""
        plain = GOOD.replace('"', "")
        self.assertEqual(self.status(request(plain)), 401)
        self.assertIsNone(self.status(request(plain), strictMode=False))
        self.assertIsNone(self.status(request(GOOD), strictMode=False))
        mixed = GOOD.replace('keyId="k"', "keyId=k")
        self.assertEqual(self.status(request(mixed), strictMode=False), 401)

    def test_percent_encoded(self) -> None:
        """
        A percent-encoded signature is accepted if the option is set; a plus sign is
        kept.
        """
        before, _, value = GOOD.rpartition('signature="')
        encoded = f'{before}signature="{quote(value[:-1], safe="")}"'
        self.assertNotEqual(encoded, GOOD)
        self.assertEqual(self.status(request(encoded)), 401)
        self.assertIsNone(self.status(request(encoded), decodeSignature=True))
        self.assertIsNone(self.status(request(GOOD), decodeSignature=True))

    def test_message(self) -> None:
        """The refusal is worded as in Gravitee."""
        ended = interruption(build("http-signature", context(), secret="x"), call())
        assert ended is not None
        self.assertEqual(ended.message, "Invalid HTTP Signature")

    def test_created(self) -> None:
        """A time may stand in the signature itself."""
        for lines, more, when_s, status in (
            (f"(created): {NOW_S}", f"created={NOW_S},", NOW_S, None),
            (f"(created): {NOW_S}", f"created={NOW_S},", NOW_S + 31, 401),
            (f"(created): {NOW_S}", f"created={NOW_S},", NOW_S - 31, 401),
            (f"(expires): {NOW_S}", f"expires={NOW_S},", NOW_S + 29, None),
            (f"(expires): {NOW_S}", f"expires={NOW_S},", NOW_S + 31, 401),
        ):
            names = lines.partition(":")[0]
            value = (
                f'Signature keyId="k",algorithm="hs2019",{more}headers="{names}",'
                f'signature="{signature(lines)}"'
            )
            self.assertEqual(self.status(request(value), when_s), status, lines)

    def test_only_signed_times_count(self) -> None:
        """An added time that is not signed does not change how long it is good."""
        date = HEADERS["Date"][0]
        later, earlier = NOW_S + 86_400, NOW_S - 86_400
        for lines, given, when_s, status in (
            # An added expires revives nothing.
            (f"(created): {NOW_S}", f"created={NOW_S},expires={later}", later, 401),
            (f"date: {date}", f"expires={later}", later, 401),
            (f"date: {date}", f"created={later}", later, 401),
            (f"date: {date}", f"created={later},expires={later}", later, 401),
            # Nor does it end what is good.
            (f"(created): {NOW_S}", f"created={NOW_S},expires={earlier}", NOW_S, None),
            (f"date: {date}", f"created={later},expires={earlier}", NOW_S, None),
            (f"(expires): {later}", f"created={later},expires={later}", NOW_S, None),
            # One that the signer has signed does both.
            (
                f"(created): {NOW_S}\n(expires): {later}",
                f"created={NOW_S},expires={later}",
                later,
                None,
            ),
            (
                f"(created): {NOW_S}\n(expires): {earlier}",
                f"created={NOW_S},expires={earlier}",
                NOW_S,
                401,
            ),
        ):
            names = " ".join(line.partition(": ")[0] for line in lines.splitlines())
            value = (
                f'Signature keyId="k",algorithm="hs2019",{given},headers="{names}",'
                f'signature="{signature(lines)}"'
            )
            self.assertEqual(
                self.status(request(value), when_s), status, (lines, given)
            )

    def test_a_signed_time_that_is_not_given_is_refused(self) -> None:
        """Every name in ``headers`` must have a value."""
        for name in ("(created)", "(expires)", "date"):
            value = f'Signature headers="{name}",signature="{signature(name + ": ")}"'
            self.assertEqual(self.status(call(headers={"Authorization": [value]})), 401)

    def test_two_signatures_are_refused(self) -> None:
        """The source might read the other one."""
        twice = call(headers={**HEADERS, "Authorization": [GOOD, GOOD]})
        self.assertEqual(self.status(twice), 401)

    def test_bad(self) -> None:
        """Anything else is not."""
        other = GOOD.replace('keyId="k"', 'keyId="k",keyId="l"')
        sha1 = (
            'Signature keyId="k",algorithm="hmac-sha1",headers="date",signature="'
            + signature(f"date: {HEADERS['Date'][0]}", "sha1")
            + '"'
        )
        timeless = 'Signature headers="x-a",signature="' + signature("x-a: 1, 2") + '"'
        for value in (
            "",
            "Basic x",
            "Signature",
            "Signature nonsense",
            other,
            sha1,
            timeless,
            GOOD.replace("sha256", "sha512"),
            GOOD.replace("date x-a", "date x-b"),
            GOOD[:-9] + 'AAAAAAA="',
            GOOD[:-1] + '?"',
        ):
            self.assertEqual(self.status(request(value)), 401, value)
        self.assertEqual(self.status(request(GOOD), NOW_S + 31), 401)
        self.assertEqual(self.status(request(GOOD), secret="other"), 401)
        self.assertEqual(self.status(request(GOOD), enforceHeaders=["digest"]), 401)
        changed: dict[str, Any] = {"X-A": ["1", "3"]}
        self.assertEqual(self.status(request(GOOD, **changed)), 401)
        self.assertIsNone(self.status(request(sha1), algorithms=["HMAC_SHA1"]))
