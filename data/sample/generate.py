"""Write the sample that the demo starts from: salesforce.json and customerp.json next to this script.

Standard library only, and seeded: the same script writes the same files. Each file holds API records in
the order they are to be created; `{"ref": name}` stands for the id of the record of that name, and
Salesforce's `updates` are sent when all records are there. All people, companies and products are made up.
"""

import json
import sys
from pathlib import Path

from documents import customerp_orders, customerp_quotes, salesforce_orders, salesforce_quotes
from ends import Sample

SEED = 20260314


def filled(seed: int) -> Sample:
    """Return both ends full, parents before what refers to them."""
    sample = Sample(seed)
    sample.accounts()
    sample.contacts()
    sample.products()
    salesforce_quotes(sample, 12)
    customerp_quotes(sample, 13)
    salesforce_orders(sample, 18)
    customerp_orders(sample, 22)
    return sample


def write(folder: Path) -> None:
    """Write both files into *folder*."""
    sample = filled(SEED)
    ends = {
        "salesforce": {"records": sample.salesforce, "updates": sample.salesforce_updates},
        "customerp": {"records": sample.customerp},
    }
    for end, content in ends.items():
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (folder / f"{end}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
