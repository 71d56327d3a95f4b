"""Rules of the house that no linter knows."""

import ast
import re
from pathlib import Path

import pytest

import precmed_gui

PACKAGE = Path(precmed_gui.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
STARTERS = {"multiprocessing", "subprocess", "concurrent", "asyncio", "_thread"}
QT_STARTERS = {"QThread", "QThreadPool", "QProcess", "QRunnable"}
NETWORKS = {"socket", "ssl", "http", "urllib", "requests", "aiohttp", "ftplib", "smtplib"}


def name_of(path):
    return str(path.relative_to(PACKAGE))


def imported(path):
    """(module, name or "") of every import of a file, wherever it stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_jobs_starts_threads_and_processes(path):
    if "jobs" in path.parts or path.name == "__main__.py":  # freeze_support starts nothing
        return
    starters = {
        f"{module} {name}"
        for module, name in imported(path)
        if module.split(".")[0] in STARTERS or name in QT_STARTERS
    }
    assert starters == set()
    assert not re.search(r"(?<!\w)Thread\(", path.read_text("utf-8"))


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nobody_imports_a_network(path):
    modules = {module.split(".")[0] for module, _ in imported(path)}
    qt = {name for module, name in imported(path) if module.startswith("PySide6.QtNetwork")}
    assert not modules & NETWORKS
    assert not qt


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_and_functions_stay_short(path):
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_every_module_says_why_it_exists(path):
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_a_broad_except_stands_only_where_work_meets_the_engine_and_a_decoder_its_file():
    broad = {
        name_of(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in BROAD))
    }
    assert broad == {"jobs/engine_process.py", "modalities/imaging/decoding.py"}


BROAD = {"Exception", "BaseException"}


@pytest.mark.parametrize("word", ["compliant", "diagnosis made", "FDA approved"])
def test_no_text_claims_what_a_research_tool_may_not(word):
    assert [name_of(p) for p in SOURCES if word.casefold() in p.read_text("utf-8").casefold()] == []


def test_the_window_waits_for_signals_and_never_for_time():
    banned = ("processEvents", "time.sleep", "QThread.sleep", "msleep")
    window = [path for path in SOURCES if "window" in path.parts]
    assert [name_of(p) for p in window if any(b in p.read_text("utf-8") for b in banned)] == []
