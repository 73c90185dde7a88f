"""An on-boarding sandbox for wholesale broadband: a gateway, fake suppliers and a clock that can be jumped."""
