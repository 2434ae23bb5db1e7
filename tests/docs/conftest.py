"""What the tests of the documentation are run with."""

import pathlib

import pytest


def pytest_addoption(parser):
    options = {
        "--recommend": "the command, built",
        "--catalog": "the command for catalogs, built",
        "--cxx": "the C++ compiler",
        "--link": "flags with which a program is compiled and linked against the library",
    }
    for name, help_text in options.items():
        try:
            parser.addoption(name, default="c++" if name == "--cxx" else None, help=help_text)
        except ValueError:
            pass  # another folder of tests has the same option
    parser.addoption("--update", action="store_true",
                     help="write the real output into the pages instead of comparing")


@pytest.fixture(scope="session")
def recommend(request):
    path = request.config.getoption("--recommend")
    if path is None:
        pytest.skip("needs --recommend PATH")
    return pathlib.Path(path).resolve()


@pytest.fixture(scope="session")
def programs(request, recommend):
    """The commands by name: those that were given."""
    path = request.config.getoption("--catalog")
    found = {"recommend": recommend}
    return found | ({"catalog": pathlib.Path(path).resolve()} if path else {})
