"""A plugin of `make test`: a skipped test fails, for what it needs was to be installed.

Only the strangers' files may be missing; those skips say "… not here".
"""

import pytest

ALLOWED = "not here"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not reason.endswith(ALLOWED):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: this run allows no skips ({reason})"
    return report
