"""Small rooms: files and functions stay as short as the house rules say."""

import ast
from statistics import median

from tests.house.repository import ROOMS, body_lines, modules

FILE_LIMIT, FUNCTION_LIMIT = 400, 50
FILE_MEDIAN, FUNCTION_MEDIAN = 160, 9
MODULES = modules(*ROOMS)


def test_no_file_is_longer_than_anybody_wants_to_read() -> None:
    assert [(each.name, each.lines) for each in MODULES if each.lines > FILE_LIMIT] == []


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        (each.name, function.name, length)
        for each in MODULES
        for function in each.functions
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LIMIT
    ]
    assert long == []


def test_half_of_everything_is_small() -> None:
    files = median(each.lines for each in MODULES)
    functions = median(body_lines(function) for each in MODULES for function in each.functions)
    print(f"median file: {files} lines, median function: {functions} lines, {len(MODULES)} files")
    assert files <= FILE_MEDIAN
    assert functions < FUNCTION_MEDIAN


def test_every_module_says_what_it_is() -> None:
    silent = [each.name for each in [*MODULES, *modules("tests", "benchmarks")] if not ast.get_docstring(each.tree)]
    assert silent == []
