"""The resources of the REST API: each handler takes the org, a transaction and a call, and answers."""
