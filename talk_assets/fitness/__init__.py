"""What the declarations need of a Salesforce org, and the metadata that gives it."""
