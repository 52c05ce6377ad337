"""The answer engine and its memory: it knows no Flask, no LINE and no Slack."""
