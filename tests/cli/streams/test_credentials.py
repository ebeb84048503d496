"""Headers whose values do not stand on the command line."""

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.errors import Failed
from relay.cli.streams.credentials import read_headers


class HeaderTests(SynchronousTestCase):
    """Values of files and variables."""

    def file(self, content: bytes) -> str:
        """Write a file."""
        path: str = self.mktemp()
        with open(path, "wb") as file:
            file.write(content)
        return path

    def test_from_a_file(self) -> None:
        """The line end of the file is not part of the value."""
        path = self.file(b"Bearer abc\n")
        self.assertEqual(
            read_headers([f"Authorization=@{path}"], None, {}),
            [("Authorization", b"Bearer abc")],
        )

    def test_from_a_variable(self) -> None:
        """The name of the variable is that of the header."""
        self.assertEqual(
            read_headers(["X-Api-Key"], None, {"RELAY_HEADER_X_API_KEY": "k"}),
            [("X-Api-Key", b"k")],
        )

    def test_user(self) -> None:
        """The password is in the environment."""
        self.assertEqual(
            read_headers([], "demo", {"RELAY_STREAM_PASSWORD": "relay"}),
            [("Authorization", b"Basic ZGVtbzpyZWxheQ==")],
        )

    def test_refused(self) -> None:
        """A value on the command line is not shown, nor is that of a file."""
        path = self.file(b"hush\r\nX: y")
        variables = {"RELAY_STREAM_PASSWORD": "hush", "RELAY_HEADER_X": "1"}
        for headers, user, message in (
            (["X-Api-Key=hush"], None, "--header X-Api-Key: a value on the command"),
            (["X-Api-Key"], None, "RELAY_HEADER_X_API_KEY is not set"),
            ([f"X=@{path}"], None, "--header X: the value is not one line"),
            (["X=@/nowhere/hush1"], None, "--header X: cannot read"),
            (["hush hush"], None, "the name of the header is malformed"),
            (["Host"], None, "--header Host: this header cannot be set"),
            (["X", "X"], None, "--header x is given twice"),
            ([], "a:b", "--user: the name must have no colon"),
            (
                [f"Authorization=@{self.file(b'a')}"],
                "demo",
                "--user and --header Authorization",
            ),
        ):
            error = self.assertRaises(Failed, read_headers, headers, user, variables)
            self.assertIn(message, error.message)
            self.assertNotIn("hush", error.message.replace("/nowhere/hush1", ""))
