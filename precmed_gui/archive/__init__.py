"""What a user keeps between two sessions: cohorts so far; later predictions and decisions."""
