"""What was found out about an end before a run, each in a sentence with what to do."""

from dataclasses import dataclass
from enum import StrEnum

from talk_assets.model.system import System


class Weight(StrEnum):
    """How much a finding matters: something will not be kept in step, is worth knowing, or is as it should be."""

    PROBLEM = "problem"
    NOTICE = "notice"
    FINE = "fine"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One fact about *system*. *about* names the object, or object and field; *action* is empty where all is fine."""

    weight: Weight
    system: System
    check: str
    about: str
    text: str
    action: str = ""

    def as_json(self) -> dict[str, str]:
        """The finding as plain values."""
        return {
            "weight": self.weight.value,
            "system": self.system.value,
            "check": self.check,
            "about": self.about,
            "text": self.text,
            "action": self.action,
        }


def salesforce(weight: Weight, check: str, about: str, text: str, action: str = "") -> Finding:
    """A finding about Salesforce."""
    return Finding(weight=weight, system=System.SALESFORCE, check=check, about=about, text=text, action=action)


def customerp(weight: Weight, check: str, about: str, text: str, action: str = "") -> Finding:
    """A finding about Customerp."""
    return Finding(weight=weight, system=System.CUSTOMERP, check=check, about=about, text=text, action=action)
