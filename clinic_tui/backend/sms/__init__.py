"""Text messages to residents: an outbox in the store, and gateways that empty it."""
