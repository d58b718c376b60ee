from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader.notebook import read_cells
from grader.stubs import TemplateError, stub_pieces, stub_text
from grader.template import build_template, template_differences, write_template

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "reference"
GIVEN = ("functions",)
MODULES = (
    *("losses", "regularization", "gradients", "search", "descent", "optimizers", "polynomials"),
    *GIVEN,
)
# Shorter statements say nothing: `N = X.shape[0]` is how anybody begins.
TELLING = 16


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    return build_template(ROOT, MODULES)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def statements_of(source: str) -> set[str]:
    """The statements in the bodies of all functions, without blanks, docstrings and comments."""
    found = set()
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef):
            continue
        for node in ast.walk(function):
            is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            if isinstance(node, ast.stmt) and node is not function and not is_docstring:
                found.add(squeezed(ast.unparse(node).split("\n")[0]))
                found.add(squeezed((ast.get_source_segment(source, node) or "").split("\n")[0]))
    return {statement for statement in found if len(statement) >= TELLING}


def leaked(answers: str, text: str) -> set[str]:
    """Statements of the answers that stand in a text."""
    bare = squeezed(text)
    return {statement for statement in statements_of(answers) if statement in bare}


def assignment_of(place: Path, module: str, **others: str) -> Path:
    """A small assignment with one module and more files, whose names have __ for a slash."""
    for name, text in {"reference/part.py": module, **others}.items():
        path = place / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return place


def run_public_tests(
    folder: Path, *options: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: PLW1510 - the callers look at the status
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", *options],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )


def answers_in(folder: Path) -> None:
    """Write the reference's modules over the stubs."""
    for module in MODULES:
        text = (REFERENCE / f"{module}.py").read_text(encoding="utf-8")
        (folder / f"{module}.py").write_text(text.replace("\nfrom .", "\nfrom "), encoding="utf-8")


def test_template_in_the_repository_is_the_one_that_is_generated(files: dict[str, str]) -> None:
    assert template_differences(files, ROOT / "student_template") == []


def test_template_comes_out_the_same_each_time(files: dict[str, str]) -> None:
    assert build_template(ROOT, MODULES) == files


@pytest.mark.parametrize("module", [m for m in MODULES if m not in GIVEN])
def test_nothing_of_the_answers_is_in_the_template(files: dict[str, str], module: str) -> None:
    answers = (REFERENCE / f"{module}.py").read_text(encoding="utf-8")
    cells, _ = read_cells(files["homework.ipynb"].encode())
    book = "\n".join(
        "".join(cell["source"]) for cell in json.loads(files["homework.ipynb"])["cells"]
    )

    assert len(cells) > 40
    assert len(leaked(answers, answers)) > 4
    for name, text in {**files, "homework.ipynb": book}.items():
        assert leaked(answers, text) == set(), name


def test_nothing_of_the_variants_is_in_the_template(files: dict[str, str]) -> None:
    given = "".join((REFERENCE / f"{module}.py").read_text(encoding="utf-8") for module in GIVEN)
    for path in sorted((REFERENCE / "variants").glob("*.py")):
        answers = path.read_text(encoding="utf-8")
        for name, text in files.items():
            assert leaked(answers, text) <= leaked(answers, given), (path.name, name)


@pytest.mark.parametrize("module", [m for m in MODULES if m not in GIVEN])
def test_comments_and_private_names_stay_behind(files: dict[str, str], module: str) -> None:
    comments = set(re.findall(r"^ *#.*", files[f"{module}.py"], re.MULTILINE))
    names = {
        node.name
        for node in ast.walk(ast.parse(files[f"{module}.py"]))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }

    assert {comment.strip() for comment in comments} == {"# Your code here."}
    assert not {n for n in names if n.startswith("_") and n != "__init__"}


@pytest.mark.parametrize("module", MODULES)
def test_stubs_keep_signatures_and_docstrings(files: dict[str, str], module: str) -> None:
    def interface(source: str) -> dict[str, tuple[str, str | None, str | None]]:
        found: dict[str, tuple[str, str | None, str | None]] = {}
        tree = ast.parse(source)
        for node in tree.body:
            for part in [node, *(node.body if isinstance(node, ast.ClassDef) else [])]:
                if isinstance(part, ast.ClassDef):
                    bases = " ".join(ast.unparse(base) for base in part.bases)
                    found[part.name] = (bases, None, ast.get_docstring(part))
                elif isinstance(part, ast.FunctionDef):
                    returns = ast.unparse(part.returns) if part.returns else None
                    key = f"{getattr(node, 'name', '')}.{part.name}"
                    found[key] = (ast.unparse(part.args), returns, ast.get_docstring(part))
        return {k: v for k, v in found.items() if not k.split(".")[-1].startswith("_z")}

    reference = interface((REFERENCE / f"{module}.py").read_text(encoding="utf-8"))
    public = {k: v for k, v in reference.items() if not re.match(r"_[a-z]", k.split(".")[-1])}

    assert interface(files[f"{module}.py"]) == public != {}


def test_given_module_is_whole_but_for_its_mark(files: dict[str, str]) -> None:
    reference = (REFERENCE / "functions.py").read_text(encoding="utf-8")

    assert files["functions.py"] == reference.replace("# template: keep file\n", "")


def test_notebook_holds_each_definition_once_in_a_cell_of_its_own(files: dict[str, str]) -> None:
    cells, notices = read_cells(files["homework.ipynb"].encode())
    in_cells = [
        node.name
        for cell in cells
        for node in ast.parse(cell.text).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    in_modules = [
        node.name
        for module in MODULES
        for node in ast.parse(files[f"{module}.py"]).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]

    assert notices == ()
    assert in_cells == in_modules
    assert len(set(in_cells)) == len(in_cells)
    assert all(cell.text.count("\ndef ") + cell.text.count("\nclass ") == 0 for cell in cells)
    assert not any("from losses" in cell.text for cell in cells)


def test_every_graded_function_has_words_in_the_notebook(files: dict[str, str]) -> None:
    for module in MODULES:
        if module in GIVEN:
            continue
        words = (REFERENCE / "handout" / f"{module}.md").read_text(encoding="utf-8")
        public = {p.name for p in stub_pieces(files[f"{module}.py"], module) if p.name}
        assert set(re.findall(r"^## (\w+)$", words, re.MULTILINE)) == public


def test_readme_states_the_points_and_limits_that_the_assignment_has(
    files: dict[str, str],
) -> None:
    settings = (ROOT / "assignment.toml").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|.*\| (\d*) ?\|$", files["README.md"], re.MULTILINE)
    suites = re.findall(r'test_(\w+)\.py"\npoints = (\d+)', settings)

    assert [row for row in rows if row[1]] == suites
    assert {row[0] for row in rows} == set(MODULES)
    assert "100 points" in files["README.md"]
    assert re.search(r"^call_s = 5\.0$", settings, re.MULTILINE)
    assert "A call may take 5 seconds." in files["README.md"]


def test_public_tests_all_fail_on_the_template_and_say_why(
    files: dict[str, str], tmp_path: Path
) -> None:
    write_template(files, tmp_path)

    modules = run_public_tests(tmp_path)
    notebook = run_public_tests(tmp_path, HOMEWORK="notebook")

    for run in (modules, notebook):
        assert re.search(r"^\d+ failed in", run.stdout, re.MULTILINE), run.stdout[-500:]
        assert "NotImplementedError" in run.stdout


def test_public_tests_all_pass_on_the_reference(files: dict[str, str], tmp_path: Path) -> None:
    write_template(files, tmp_path)
    answers_in(tmp_path)

    run = run_public_tests(tmp_path, "--doctest-modules")

    assert run.returncode == 0, run.stdout[-2000:]


def test_public_tests_run_on_a_notebook_with_answers(files: dict[str, str], tmp_path: Path) -> None:
    write_template(files, tmp_path)
    book = json.loads(files["homework.ipynb"])
    cell = next(c for c in book["cells"] if c["id"] == "losses-append_bias")
    cell["source"] = "%matplotlib inline\ndef append_bias(X):\n    return np.c_[X, np.ones(len(X))]"
    (tmp_path / "homework.ipynb").write_text(json.dumps(book), encoding="utf-8")

    run = run_public_tests(tmp_path, "-k", "append_bias", HOMEWORK="notebook")

    assert run.returncode == 0, run.stdout[-2000:]


def test_broken_module_fails_only_its_own_public_tests(
    files: dict[str, str], tmp_path: Path
) -> None:
    write_template(files, tmp_path)
    answers_in(tmp_path)
    (tmp_path / "search.py").write_text("def (", encoding="utf-8")

    run = run_public_tests(tmp_path)

    assert re.search(r"^3 failed, \d\d passed", run.stdout, re.MULTILINE), run.stdout[-500:]


MARKED = '''"""Doc."""

from collections.abc import Callable, Iterator
from math import inf, tau

import numpy as np

from . import other
from .losses import _hidden, shown

_SECRET = tau
LIMIT = 3
Array = list[float]
Function = Callable[[Array], Array]


# template: keep
def given(x):
    """Given."""
    return _help(x)  # as it is


def _help(x: Iterator) -> None: ...
# template: end


# template: cut
def cut(x):
    """Cut."""


# template: end
@staticmethod
# about the decorator
def asked(  # noqa: X
    f: Function = lambda a: {"b": a}["b"],  # the default
    g: float = inf,
) -> dict[str, Array]:  # about the answer
    """Do it: {}."""
    # the secret
    # template: keep
    x = np.asarray(1)
    # template: end
    def inner(): return x  # noqa
    return inner()


class Thing(Base[int], metaclass=Meta):
    """A thing."""

    size = 3  # secret

    def __init__(self): self.secret = 1

    def _private(self):
        """No."""

    # template: keep
    def kept(self):
        return 1
    # template: end

    @property
    def value(self) -> int:
        return 2


def _unmarked(x):
    """No."""


if True:
    print("secret")
'''


def test_marks_in_the_reference_say_what_is_given_and_what_is_cut() -> None:
    assert (
        stub_text(MARKED, "part.py")
        == '''"""Doc."""

from collections.abc import Callable, Iterator
from math import inf

import numpy as np

import other
from losses import shown

Array = list[float]
Function = Callable[[Array], Array]


def given(x):
    """Given."""
    return _help(x)  # as it is


def _help(x: Iterator) -> None: ...


@staticmethod
# about the decorator
def asked(  # noqa: X
    f: Function = lambda a: {"b": a}["b"],  # the default
    g: float = inf,
) -> dict[str, Array]:
    """Do it: {}."""
    x = np.asarray(1)
    # Your code here.
    raise NotImplementedError


class Thing(Base[int], metaclass=Meta):
    """A thing."""

    def __init__(self):
        # Your code here.
        raise NotImplementedError

    def kept(self):
        return 1

    @property
    def value(self) -> int:
        # Your code here.
        raise NotImplementedError
'''
    )


def test_file_that_is_kept_has_its_imports_made_for_students() -> None:
    source = (
        '"""Doc."""\n# template: keep file\nfrom .losses import (\n    a,\n)\n\n# why\nx = _y(a)\n'
    )

    assert stub_text(source, "part.py") == '"""Doc."""\nfrom losses import a\n\n# why\nx = _y(a)\n'


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("# template: keep\n", "part.py, line 1: `# template: keep` has no `# template: end`"),
        ("x = 1\n# template: end\n", "part.py, line 2: expected no `# template: end` here"),
        ("# template: cut\n# template: keep\n", "part.py, line 2: expected no `# template: keep`"),
        ("x = (\n", "part.py, line 1: '(' was never closed"),
        ("from ..up import x\n", "part.py, line 1: expected `from .module import`"),
    ],
)
def test_reference_that_cannot_be_read_is_named_by_line(source: str, message: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(message)):
        stub_text(source, "part.py")


@pytest.mark.parametrize(
    "source",
    [
        "def _size():\n    return 3\n\n\ndef f(x=_size()):\n    return x\n",
        "def _own(f):\n    return f\n\n\n@_own\ndef f(x):\n    return x\n",
        "def f(x=lambda: 1, *, y=_size):\n    return x\n\n\ndef _size():\n    return 3\n",
    ],
    ids=["default", "decorator", "keyword"],
)
def test_what_students_would_not_get_and_their_file_needs_is_named(source: str) -> None:
    """Without it not even the stubs could be imported."""
    with pytest.raises(TemplateError, match=r"part\.py: f needs _(size|own) when the module"):
        stub_text(source, "part.py")


def test_what_is_needed_only_by_a_call_may_stay_behind() -> None:
    source = "def f(x=lambda: _size()):\n    return _size()\n\n\ndef _size():\n    return 3\n"

    assert "_size" in stub_text(source, "part.py")


def test_assignment_with_nothing_but_a_reference_has_a_template(tmp_path: Path) -> None:
    folder = assignment_of(tmp_path, 'def f(x):\n    """Double x."""\n    return 2 * x\n')

    files = build_template(folder, ["part"])

    stub = 'def f(x):\n    """Double x."""\n    # Your code here.\n    raise NotImplementedError\n'
    assert files["part.py"] == stub
    assert sorted(files) == ["homework.ipynb", "part.py"]


def test_words_of_the_handout_stand_above_their_functions(tmp_path: Path) -> None:
    others = {
        "reference/handout/part.md": "# Part\n\nOpening.\n\n## `f`\n\n$2x$\n",
        "reference/handout/notebook.md": "# Homework\n",
        "reference/handout/README.md": "Read me.\n",
        "tests/public/test_public.py": "import part\n",
    }
    folder = assignment_of(tmp_path, "def f(x):\n    return 2 * x\n", **others)

    files = build_template(folder, ["part"])

    book = json.loads(files["homework.ipynb"])
    sources = ["".join(cell["source"]) for cell in book["cells"]]
    assert sources[:3] == ["# Homework", "# Part\n\nOpening.", "### `f`\n\n$2x$"]
    assert (files["README.md"], files["test_public.py"]) == ("Read me.\n", "import part\n")


def test_words_about_a_function_that_is_not_there_are_an_error(tmp_path: Path) -> None:
    folder = assignment_of(
        tmp_path, "def f(x):\n    return 1\n", **{"reference/handout/part.md": "## g\n"}
    )

    with pytest.raises(TemplateError, match=r"part\.md: no function or class is named g"):
        build_template(folder, ["part"])


def test_module_that_the_reference_lacks_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"lost\.py: assignment\.toml names it"):
        build_template(assignment_of(tmp_path, ""), ["lost"])


def test_differences_name_the_file_and_its_first_line(tmp_path: Path) -> None:
    files = {"a.py": "one\ntwo\n", "b.py": "b\n", "c.py": "c\n", "d.py": "d\n"}
    write_template(files, tmp_path)
    assert template_differences(files, tmp_path) == []

    (tmp_path / "a.py").write_text("one\nTWO\n")
    (tmp_path / "b.py").unlink()
    (tmp_path / "c.py").write_bytes(b"c\r\n")
    (tmp_path / "d.py").write_text("d\nmore\n")
    (tmp_path / "old.py").write_text("")
    (tmp_path / "__pycache__").mkdir()

    assert template_differences(files, tmp_path) == [
        "a.py, line 2: expected 'two', got 'TWO'.",
        "b.py is missing.",
        "c.py, line 1: expected 'c', got 'c\\r'.",
        "d.py, line 2: expected '', got 'more'.",
        "old.py is not part of the template.",
    ]
