"""The check of a settings file."""

from __future__ import annotations

from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.config.checking import Mistake, mistakes_in


class CheckingTests(SynchronousTestCase):
    """What is reported about a file."""

    def mistakes(self, text: str) -> list[Mistake]:
        """Check a file."""
        path = Path(self.mktemp())
        path.write_text(text, encoding="utf-8")
        return mistakes_in(str(path), "/srv")

    def test_a_file_without_mistakes(self) -> None:
        """Nothing is reported."""
        self.assertEqual(self.mistakes("[log]\nlevel = 'warn'\n"), [])

    def test_every_mistake_with_its_line(self) -> None:
        """In the order of the file, those of tables in lists included."""
        found = self.mistakes(
            "[log]\nlevel = 'loud'\nacess = 'off'\n\n"
            "[[gateway.listeners]]\nid = 'a'\nendpoint = 'tcp:99999'\n"
            "[gateway.listeners.tls]\nkey = 'x.key'\n"
            "[[gateway.listeners.tls.hosts]]\ncertificate = 'a.pem'\n"
        )
        self.assertEqual(
            [(one.setting, one.line) for one in found],
            [
                ("log.level", 2),
                ("log.acess", 3),
                ("gateway.listeners[0].endpoint", 7),
                ("gateway.listeners[0].tls.hosts[0].names", 10),
            ],
        )
        self.assertEqual(
            found[1].message, "there is no such setting; did you mean log.access?"
        )

    def test_values_that_contradict_each_other(self) -> None:
        """The table has the line."""
        (found,) = self.mistakes(
            "[management.tls]\ncertificate = 'a.pem'\n[store]\nthreads = 2\n"
        )
        self.assertEqual(found, Mistake("management.tls", 1, "key is missing"))

    def test_what_is_no_toml(self) -> None:
        """The line is that of the text that cannot be read."""
        (found,) = self.mistakes("[log]\nlevel = loud\n")
        self.assertEqual((found.setting, found.line), (None, 2))
        self.assertRegex(found.message, "^is not TOML: [^()]+$")

    def test_a_missing_file(self) -> None:
        """It has no line."""
        (found,) = mistakes_in("/nowhere.toml", "/srv")
        self.assertEqual(
            found,
            Mistake(None, None, "cannot read /nowhere.toml: No such file or directory"),
        )
