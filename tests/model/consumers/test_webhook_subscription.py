"""The webhook options of a subscription."""

from __future__ import annotations

import base64
from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.consumers.webhook_subscription import (
    Retry,
    WebhookSubscription,
    read_secret,
    signed,
    write_secret,
)
from relay.model.schema.reading import issues

URL = "https://hooks.example/a"
SECRET = write_secret(b"k" * 24)


class SubscriptionTests(SynchronousTestCase):
    """Accepted, or refused by name."""

    def refused(self, **members: Any) -> list[str]:
        """
        Return the locations of the issues, after asserting that no secret is shown.
        """
        with self.assertRaises(ValidationError) as caught:
            WebhookSubscription.read({"callbackUrl": URL, **members})
        found = issues(caught.exception)
        self.assertNotIn("s3cr3t", str(found))
        return [issue.location for issue in found]

    def test_what_portals_send(self) -> None:
        """All members, with null for what a form leaves empty."""
        read = WebhookSubscription.read(
            {
                "callbackUrl": URL,
                "headers": [],
                "auth": {"type": "none"},
                "ssl": {
                    "hostnameVerifier": True,
                    "trustAll": False,
                    "trustStore": {"type": ""},
                    "keyStore": {"type": ""},
                },
                "retry": {
                    "retryOption": "No Retry",
                    "retryStrategy": None,
                    "maxAttempts": None,
                    "initialDelaySeconds": None,
                    "maxDelaySeconds": None,
                },
            }
        )
        self.assertEqual(read.retry.attempts, 1)

    def test_refused(self) -> None:
        """Each by its name."""
        basic = {"username": "u", "password": "s3cr3t"}
        pem = {"type": "PEM", "path": "/etc/passwd"}
        key = {"type": "PEM", "certPath": "/a", "keyPath": "/b"}
        header = {"name": "Authorization", "value": "s3cr3t"}
        short = write_secret(b"s" * 23)
        for members, locations in (
            ({"callbackUrl": "ftp://a"}, ["callbackUrl"]),
            ({"callbackUrl": "https://u:s3cr3t@a.example/"}, ["callbackUrl"]),
            ({"callbackUrl": "https://a.example/{#x}"}, ["callbackUrl"]),
            ({"headers": [{"name": "a b", "value": "x"}]}, ["headers[0].name"]),
            ({"headers": [{"name": "a", "value": "x\ny"}]}, ["headers[0].value"]),
            ({"headers": [{"name": "Webhook-Id", "value": ""}]}, ["headers[0].name"]),
            ({"headers": [{"name": "Host", "value": "a"}]}, ["headers[0].name"]),
            ({"auth": {"type": "kerberos"}}, ["auth.type"]),
            ({"auth": {"type": "jwtProfileOauth2"}}, ["auth.jwtProfileOauth2"]),
            ({"auth": {"type": "basic"}}, ["auth.basic"]),
            ({"auth": {"type": "none", "basic": basic}}, ["auth.basic"]),
            (
                {"auth": {"type": "basic", "basic": basic}, "headers": [header]},
                ["headers[0].name"],
            ),
            (
                {"auth": {"type": "token", "token": {"value": "a b"}}},
                ["auth.token.value"],
            ),
            ({"signature": {"secret": "s3cr3t"}}, ["signature.secret"]),
            ({"signature": {"secret": "whsec_s3cr3t!"}}, ["signature.secret"]),
            ({"signature": {"previousSecret": short}}, ["signature.previousSecret"]),
            ({"ssl": {"trustStore": pem}}, ["ssl.trustStore.path"]),
            (
                {"ssl": {"keyStore": key}},
                ["ssl.keyStore.certPath", "ssl.keyStore.keyPath"],
            ),
            ({"retry": {"retryOption": "Sometimes"}}, ["retry.retryOption"]),
            ({"retry": {"maxAttempts": 0}}, ["retry.maxAttempts"]),
            (
                {"retry": {"retryOption": "No Retry", "maxAttempts": 2}},
                ["retry.maxAttempts"],
            ),
            (
                {"retry": {"initialDelaySeconds": 9, "maxDelaySeconds": 8}},
                ["retry.maxDelaySeconds"],
            ),
            ({"x": 1}, ["x"]),
        ):
            self.assertEqual(self.refused(**members), locations)

    def test_no_secret_is_printed(self) -> None:
        """The repr contains neither the query of the URL nor the credentials."""
        read = WebhookSubscription.read(
            {
                "callbackUrl": f"{URL}?token=s3cr3t",
                "headers": [{"name": "X-Key", "value": "s3cr3t"}],
                "auth": {"type": "token", "token": {"value": "s3cr3t"}},
                "signature": {"secret": SECRET, "previousSecret": SECRET},
                "ssl": {
                    "trustStore": {
                        "type": "PKCS12",
                        "content": "AAAA",
                        "password": "s3cr3t",
                    }
                },
            }
        )
        self.assertNotIn("s3cr3t", repr(read))
        self.assertNotIn(SECRET, repr(read))


class RetryTests(SynchronousTestCase):
    """Delays before jitter."""

    def test_delays(self) -> None:
        """Linear and exponential ones, up to the bound."""
        for strategy, expected in (
            ("exponential", [2, 4, 8, 10, 10]),
            ("LINEAR", [2, 4, 6, 8, 10]),
        ):
            retry = Retry.read(
                {
                    "retryOption": "RETRY_ON_FAIL",
                    "retryStrategy": strategy,
                    "initialDelaySeconds": 2,
                    "maxDelaySeconds": 10,
                }
            )
            self.assertEqual(retry.retry_option, "Retry On Fail")
            self.assertEqual([retry.delay_s(n) for n in range(1, 6)], expected)

    def test_defaults(self) -> None:
        """Five attempts within some seconds; a long first delay is its own bound."""
        self.assertEqual([Retry().delay_s(n) for n in range(1, 5)], [1, 2, 4, 8])
        self.assertEqual(Retry().attempts, 5)
        self.assertEqual(Retry().delay_s(1000), 60)
        slow = Retry.read({"initialDelaySeconds": 600})
        self.assertEqual((slow.delay_s(1), slow.delay_s(9)), (600, 600))


class SecretTests(SynchronousTestCase):
    """Secrets of signatures."""

    def test_forms(self) -> None:
        """A written secret is read; an invalid one is refused without its text."""
        self.assertEqual(read_secret(write_secret(b"k" * 32)), b"k" * 32)
        for text in ("", "k" * 32, "whsec_?", "whsec_" + "A" * 200):
            with self.assertRaises(ValueError) as caught:
                read_secret(text)
            self.assertNotIn("?", str(caught.exception))

    def test_one_is_made_once(self) -> None:
        """A generated secret is kept until another is given."""
        config, made = signed({"callbackUrl": URL}, None, b"k" * 32)
        assert made is not None
        self.assertEqual(made, write_secret(b"k" * 32))
        self.assertEqual(config["signature"], {"secret": made})
        again, nothing = signed({"callbackUrl": "https://b"}, config, b"x" * 32)
        self.assertEqual((again["signature"], nothing), ({"secret": made}, None))
        own = {"callbackUrl": URL, "signature": {"secret": SECRET}}
        self.assertEqual(signed(own, config, b"x" * 32), (own, None))
        self.assertEqual(len(base64.b64decode(made.removeprefix("whsec_"))), 32)
