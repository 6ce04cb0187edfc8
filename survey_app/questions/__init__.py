"""Question sets: the canonical document, its checks, the files it comes from."""
