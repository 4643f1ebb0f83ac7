"""Two-way sync between Salesforce and a company's own ERP, as a Dagster asset graph."""
