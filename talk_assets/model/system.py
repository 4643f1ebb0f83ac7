"""The two ends, by name."""

from enum import StrEnum


class System(StrEnum):
    """One of the two ends; Salesforce first wherever both are listed."""

    SALESFORCE = "salesforce"
    CUSTOMERP = "customerp"

    @property
    def other(self) -> "System":
        """The end across from this one."""
        return System.CUSTOMERP if self is System.SALESFORCE else System.SALESFORCE

    @property
    def title(self) -> str:  # type: ignore[override]
        """The name as a person writes it."""
        return self.value.capitalize()
