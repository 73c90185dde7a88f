"""What the tests share: a sandbox in this process, one in a process of its own, and an endpoint that takes KCIs."""
