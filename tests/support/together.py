"""A pytest plugin: where tests run in several processes, those of one file stay together, as do those of one installation.

What a file starts (a database, a county that is simulated) is started once, and its tests keep their order.
"""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path)))
