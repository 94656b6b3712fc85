"""One module for each part of the HTTP interface; each holds endpoints and nothing else."""
