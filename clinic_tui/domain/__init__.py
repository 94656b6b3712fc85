"""Pure rules that both sides obey: standard library only, and the time is an argument."""
