"""Training, one stage at a time: what the contract and the trainer of the benchmark both run."""
