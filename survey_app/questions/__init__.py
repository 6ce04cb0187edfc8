"""Question sets: the canonical document, its checks, and the files it is read from and written to."""
