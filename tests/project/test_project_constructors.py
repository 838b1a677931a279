"""What a class needs to be made: few enough things that a reader keeps them in mind."""

import ast
from pathlib import Path

import pytest

from tests.project.tree import ROOMS, ROOT, python_files

MOST = 8


@pytest.mark.parametrize("path", python_files(*ROOMS), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_constructor_takes_more_than_eight_things(path: Path) -> None:
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            for made in node.body:
                if isinstance(made, ast.FunctionDef) and made.name == "__init__":
                    found[node.name] = len(made.args.args) - 1 + len(made.args.kwonlyargs)
    assert {name: count for name, count in found.items() if count > MOST} == {}
