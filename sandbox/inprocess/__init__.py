"""The sandbox inside somebody's own process, for tests: no port, no thread of its own, no sleep, a clock that is told.

`pytest` finds the fixture `sandbox` by itself (`plugin`); other runners open a `Ground` and a world on it.
"""
