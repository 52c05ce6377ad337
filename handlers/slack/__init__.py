"""The Slack door: verify, parse, render and send, by those names; slack_bolt and slack_sdk are imported nowhere else."""
