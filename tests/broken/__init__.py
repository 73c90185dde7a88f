"""Every requirement, and a system that breaks it in exactly one way: so the suites prove that they would see it."""
