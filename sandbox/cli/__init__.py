"""The command `sandbox`."""

import gc
import importlib

import click

# Each command's module is loaded when it is called: `sandbox serve` need not wait for what only `demo` draws with.
COMMANDS = {
    "serve": "Start the sandbox.",
    "work": "Play what comes due, beside others on one PostgreSQL.",
    "demo": "Play two orders on virtual time and draw what happened.",
    "tenant": "Sign up, and look after one's tenants and credentials.",
    "listen": "Pull a tenant's KCIs, and post them to a local endpoint.",
    "advance": "Move a world's clock, and show what that brought about.",
    "conform": "Examine a supplier, a tenant's endpoint or a gateway.",
    "certify": "Have a sandbox examine a system, and fetch its certificate.",
    "generate": "Fill a world with dummy tenants and orders.",
    "reset": "Begin a world anew, or as it was in a snapshot.",
    "recording": "Export a tenant's whole conversation.",
    "replay": "Play a recording again, and compare.",
    "snapshot": "Keep a world as it is, to go back to.",
    "check": "Check a single message.",
    "verify": "Verify the certificate of a conformance run.",
    "scorecard": "Show how far a partner has come, and what is next.",
    "lint": "Check scenario and supplier files.",
    "draw": "Draw a scenario as a sequence.",
    "show": "Print settings, scenarios, suppliers, addresses, faults, or the catalogue.",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        gc.disable()  # hardly anything of what is loaded goes away again, and to look for it takes a tenth of the time
        try:
            command: click.Command = importlib.import_module(f"sandbox.cli.{cmd_name}").command
        finally:
            gc.enable()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy)
@click.version_option(package_name="fibre-sandbox")
def main() -> None:
    """An on-boarding sandbox for wholesale broadband: a gateway, fake suppliers, and a clock that can be jumped."""
