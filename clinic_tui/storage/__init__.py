"""Local files of the workstation: settings and the global filter."""
