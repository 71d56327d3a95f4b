"""Bringing a cohort into order before a training: patients, split, copies, leaks, the check."""
