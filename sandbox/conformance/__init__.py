"""Contract tests that partners run: who plays, who listens, what was found, and how it is told.

The examiners themselves are the pytest files in `contracts/suites`; this room gives them their fixtures and makes
reports of their verdicts. It sees a sandbox only from outside, like anybody's system.
"""
