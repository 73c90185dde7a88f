"""`sandbox tenant`: sign up with a sandbox, look at one's tenants, and change their credentials."""

from typing import Any

import click
import orjson

from sandbox.cli.drawing import console, table
from sandbox.cli.session import Session, connection, http_url, open_session, over_http


@click.group()
def command() -> None:
    """Sign up with a sandbox, look at your tenants, and change their credentials."""


@command.command()
@click.option("--url", default="http://127.0.0.1:8800", show_default=True, callback=http_url, help="Sandbox.")
@click.option("--title", default="A partner's tenant", show_default=True, help="Who it is, for people.")
@click.option("--supplier", "suppliers", multiple=True, help="A supplier to order from; may be given again. [all]")
@click.option("--world", help="A world of yours for it to share.  [default: a new one]")
@click.option("--realistic", is_flag=True, help="KCIs come days apart, as the scenario has it, and not seconds.")
@click.option("--gap", type=click.IntRange(0, 86400), help="Seconds between KCIs.  [default: 30]")
@click.option("--seed", help="What the world's draws are made of.  [default: unlike any other]")
@click.option("--client-id", help="A client of one of your tenants, to get another one beside it.")
@click.option("--client-secret", help="Its secret.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole answer, for a program to read.")
def create(url: str, client_id: str | None, client_secret: str | None, as_json: bool, **shape: Any) -> None:
    """Sign up: a tenant with credentials of its own, in a world of its own. Its secret is told this once.

    As a client of one of your tenants it may share the world of another of them, where the two meet.
    """
    body = {
        "title": shape["title"],
        **({"suppliers": list(shape["suppliers"])} if shape["suppliers"] else {}),
        **({"tempo": "realistic"} if shape["realistic"] else {}),
        **{name: shape[name] for name in ("world", "gap", "seed") if shape[name] is not None},
    }
    session = Session(over_http(url.rstrip("/")), url.rstrip("/"), client_id or "", client_secret or "")
    made = session.call("POST", "/_sandbox/tenants", body, signed=client_id is not None)
    if as_json:
        click.echo(orjson.dumps(made, option=orjson.OPT_INDENT_2))
        return
    click.echo(f"{made['code']} orders from {', '.join(made['suppliers'])} in world {made['world']}.\n")
    _tell(made["client"])


@command.command(name="list")
@connection
def list_tenants(url: str, client_id: str, client_secret: str | None) -> None:
    """List the tenants of a partner; as the client operator, all of them."""
    session = open_session(url, client_id, client_secret)
    drawn = table("Code", "World", "Title", "Suppliers", "Last seen")
    after: dict[str, str] = {}
    while (page := session.call("GET", "/_sandbox/tenants", query=after))["items"]:
        for each in page["items"]:
            row = (each["code"], each["world"], each["title"], " ".join(each["suppliers"]), each["seenAt"][:10])
            drawn.add_row(*row)
        after = {"after": page["next"]}
    console().print(drawn)


@command.command()
@click.argument("code")
@click.argument("credentials")
@connection
def rotate(code: str, credentials: str, url: str, client_id: str, client_secret: str | None) -> None:
    """Get another secret for CREDENTIALS of the tenant CODE. The old one ends at once, with its tokens."""
    session = open_session(url, client_id, client_secret)
    _tell(session.call("POST", f"/_sandbox/tenants/{code}/credentials/{credentials}/rotate"))


@command.command()
@click.argument("code")
@click.argument("credentials")
@connection
def revoke(code: str, credentials: str, url: str, client_id: str, client_secret: str | None) -> None:
    """End CREDENTIALS of the tenant CODE at once, with all tokens got with them."""
    session = open_session(url, client_id, client_secret)
    session.call("DELETE", f"/_sandbox/tenants/{code}/credentials/{credentials}")
    click.echo(f"{credentials} opens nothing any more.")


def _tell(client: Any) -> None:
    click.echo(f"  client_id      {client['id']}\n  client_secret  {client['secret']}\n")
    click.echo("The secret is told this once: keep it now.")
