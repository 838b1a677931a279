"""Writing into `.env`: what was there stays, and what is written is read back as it was meant."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.configuration.env_file import EnvFileProblem, read_env_file
from bot.configuration.env_writer import write_env_file


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "TOKEN=new\n"),
        ("A=1", "A=1\nTOKEN=new\n"),
        ("TOKEN=old", "TOKEN=new\n"),
        ("# note\nTOKEN='old'  # mine\nB=2\n", "# note\nTOKEN=new\nB=2\n"),
        ("A=1\r\n\r\nexport TOKEN=old\r\nB=2\r\n", "A=1\r\n\r\nexport TOKEN=new\r\nB=2\r\n"),
        ("token=old\nB=2\n", "TOKEN=new\nB=2\n"),
        ("TOKEN=first\nTOKEN=last\n", "TOKEN=first\nTOKEN=new\n"),
        ("# The token.\n#TOKEN=\n# Another.\n#B=\n", "# The token.\n#TOKEN=\nTOKEN=new\n# Another.\n#B=\n"),
        ("#TOKEN=", "#TOKEN=\nTOKEN=new\n"),
        ("not a line\n=\nB=2\n", "not a line\n=\nB=2\nTOKEN=new\n"),
        ('TOKEN="two\nlines"\nB=2\n', "TOKEN=new\nB=2\n"),
        ("\ufeffTOKEN=old\n", "\ufeffTOKEN=new\n"),
    ],
)
def test_only_that_line_changes(before: str, after: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(before.encode())
    file.chmod(0o664)
    write_env_file(file, {"TOKEN": "new"})
    assert file.read_bytes().decode() == after
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_a_link_stays_one_and_its_file_changes(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("A=1\n")
    (tmp_path / ".env").symlink_to("real")
    write_env_file(tmp_path / ".env", {"TOKEN": "new"})
    assert (tmp_path / ".env").is_symlink()
    assert (tmp_path / "real").read_text() == "A=1\nTOKEN=new\n"


def test_another_line_may_refer_to_what_changes(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("TOKEN=old\nOTHER=${TOKEN}\n")
    write_env_file(file, {"TOKEN": "new"})
    assert read_env_file(file).values == {"TOKEN": "new", "OTHER": "new"}


def test_a_pipe_is_not_written_into(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".env")
    with pytest.raises(EnvFileProblem, match="no plain file"):
        write_env_file(tmp_path / ".env", {"TOKEN": "new"})


@pytest.mark.parametrize("value", ["${A}", "a\0b"])
def test_what_the_file_can_not_hold_leaves_it_as_it_was(value: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=1\n")
    with pytest.raises(EnvFileProblem):
        write_env_file(file, {"TOKEN": value})
    assert file.read_text() == "A=1\n"
    assert os.listdir(tmp_path) == [".env"]  # noqa: PTH208 - names alone


WORD = st.text(st.characters(exclude_characters="\0$", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30)
LINE = st.sampled_from(["# a note", "", "A=1", "export B='two words'", 'C="x"', "what is this", "#TOKEN=", "token=old"])


@given(st.lists(LINE, max_size=8), WORD, st.sampled_from(["", "\n"]))
def test_any_value_comes_back_and_every_other_line_stays(lines: list[str], value: str, end: str) -> None:
    text = "\n".join(lines) + end
    with TemporaryDirectory() as folder:
        file = Path(folder) / ".env"
        file.write_text(text, encoding="utf-8")
        write_env_file(file, {"TOKEN": value})
        assert read_env_file(file).values["TOKEN"] == value
        left = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("TOKEN=")]
    kept = text.splitlines()
    if "token=old" in kept:
        kept.reverse()
        kept.remove("token=old")
        kept.reverse()
    assert [line for line in left if line] == [line for line in kept if line]
