"""The only place with threads and processes: runs work functions away from the window."""
