"""The made-up report for the tests of pages and tables."""

import pytest
from made_report import make_report


@pytest.fixture
def full_report():
    return make_report()
