"""For people and their tools: looking and steering, beside the published interface."""
