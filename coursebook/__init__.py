"""Build a course from Markdown: a checked website, an offline bundle and papers for a workshop."""
