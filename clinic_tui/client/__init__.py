"""The workstation's side of the network: requests, the live stream, the session and the outbox."""
