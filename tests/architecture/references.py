"""What a module refers to, by its full dotted name, whatever it was called when it was imported."""

import ast
from collections.abc import Iterator


def references(source: str) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything imported, and of every use of something imported.

    `from datetime import datetime as dt; dt.now()` refers to `datetime.datetime.now`. Only what reaches a module by
    import is followed: a value handed over as an argument has been judged where it was imported.
    """
    tree = ast.parse(source)
    imports = list(_imports(tree))
    yield from ((line, target) for line, target, _ in imports)
    targets = dict(_binding(target, alias) for _, target, alias in imports)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            first, dot, rest = (dotted(node) or "").partition(".")
            if first in targets:
                yield node.lineno, targets[first] + dot + rest


def dotted(node: ast.AST) -> str | None:
    """`a.b.c` for a chain of attributes that begins with a name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return owner and f"{owner}.{node.attr}"
    return None


def _imports(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """(line, what is imported, the name it has here)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, item.name, item.asname or item.name) for item in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            source = node.module
            yield from ((node.lineno, f"{source}.{item.name}", item.asname or item.name) for item in node.names)


def _binding(target: str, alias: str) -> tuple[str, str]:
    """(name here, what it stands for): `import a.b` binds `a` alone."""
    first = alias.partition(".")[0]
    return first, target if first == alias else first
