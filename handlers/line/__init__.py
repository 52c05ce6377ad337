"""The LINE door: verify, parse, render and send, by those names; linebot is imported nowhere else."""
