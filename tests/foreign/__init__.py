"""Systems of other people, as they might be: plain WSGI and the standard library, and nothing of this project."""
