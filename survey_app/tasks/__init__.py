"""Long work with progress, done by the worker in resumable chunks."""
