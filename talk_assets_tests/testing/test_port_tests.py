"""Every end of this project keeps the rules that others' ends are asked to keep."""

import pytest

from talk_assets.model.system import System
from talk_assets.testing import PortTests
from talk_assets_tests.testing.subjects import embedded_subject, memory_subject


class TestMemoryAsSalesforce(PortTests):
    """Memory that plays Salesforce: no comparison, lines as records of their own."""

    @pytest.fixture
    def subject(self):
        return memory_subject(System.SALESFORCE)


class TestMemoryAsCustomerp(PortTests):
    """Memory that plays Customerp: versions compared, lines inside their document."""

    @pytest.fixture
    def subject(self):
        return memory_subject(System.CUSTOMERP)


class TestSalesforceClient(PortTests):
    """The Salesforce client before the embedded Salesforce, which one test leaves to the next as a real org would."""

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls):
        with embedded_subject(System.SALESFORCE) as found:
            yield found


class TestCustomerpClient(PortTests):
    """The Customerp client before the embedded Customerp, shared in the same way."""

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls):
        with embedded_subject(System.CUSTOMERP) as found:
            yield found
