"""A kit for pages; knows no domain."""
