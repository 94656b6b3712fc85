"""One function for each command: load, ask the rules, write, tell."""
