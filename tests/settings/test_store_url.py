"""The forms that the URL of the store may have."""

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.store_url import FORMS, store_url
from relay.settings.types import StoreUrl, convert


class StoreUrlTests(SynchronousTestCase):
    """A URL is taken as it is, or refused with the reason and without the URL."""

    def refused(self, text: str) -> str:
        """Return why a URL is refused."""
        with self.assertRaises(ValueError) as raised:
            store_url(text)
        why = str(raised.exception)
        self.assertNotIn("secret", why)
        return why

    def test_accepted(self) -> None:
        """A file, or a database of a server."""
        for text in (
            "sqlite:////var/lib/relay/relay.db",
            "sqlite:///relay.db",
            "postgresql+psycopg://relay:s%2Fecret@db.example:5432/relay",
            "postgresql+psycopg://relay@db-1:5432,db-2:5432/relay?sslmode=verify-full",
            "postgresql+psycopg://relay@[2001:db8::1]:5432/relay",
            "postgresql+psycopg:///relay?host=%2Frun%2Fpostgresql",
        ):
            self.assertEqual(store_url(text), text)
            self.assertEqual(convert(text, StoreUrl, False), text)

    def test_other_forms(self) -> None:
        """Other databases, and URLs without a database."""
        for text in (
            "x.db",
            "sqlite://",
            "sqlite:///",
            "postgresql://u:secret@h/d",
            "postgresql+psycopg2://u:secret@h/d",
            "mysql://u:secret@h/d",
            "postgresql+psycopg://u:secret@h",
            "postgresql+psycopg://u:secret@h/",
            "postgresql+psycopg://u:se cret@h/d",
            "postgresql+psycopg://u:secret/1@h/d",
        ):
            self.assertEqual(self.refused(text), f"must have the form {FORMS}")

    def test_parts(self) -> None:
        """Each part that cannot be used is named."""
        for rest, why in (
            ("u:secret%zz@h/d", "has a % that does not begin an escape"),
            ("u@h/d?sslmode=require&password=secret", "the option 'password'"),
            ("u@h/d?dbname=x", "the option 'dbname'"),
            ("u@h/d?sslmode", "not NAME=VALUE pairs"),
            ("u@h/d?sslmode=require&sslmode=disable", "an option twice"),
            ("u:secret@/d", "must name a host"),
        ):
            self.assertIn(why, self.refused(f"postgresql+psycopg://{rest}"))
