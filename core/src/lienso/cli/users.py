"""``lienso user`` and ``lienso token``: who may work here, kept at the cloud's own keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .running import LOCAL, At
from .shared import (
    HERE,
    Company,
    Config,
    Data,
    Json,
    Storage,
    actor,
    asking,
    emit,
    opened,
    secret_in,
)

user_app = typer.Typer(no_args_is_help=True, help="Users of a company, in the cloud.")
token_app = typer.Typer(no_args_is_help=True, help="Tokens of programs, in the cloud.")

User = Annotated[str, typer.Argument(help="Sign-in name.")]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", help="File with the password; asked for without.")
]


def _password(file: Path | None) -> str:
    """Return a password from a file, or typed twice."""
    if file is not None:
        return secret_in(file)
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


@user_app.command("add")
def user_add(
    user: User,
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Company = "",
    name: Annotated[str, typer.Option("--name", help="Name of the person.")] = "",
    role: Annotated[list[str] | None, typer.Option("--role", help="Code of a role.")] = None,
    administrator: Annotated[bool, typer.Option("--administrator", help="May do all.")] = False,
    program: Annotated[bool, typer.Option("--program", help="Has tokens, no password.")] = False,
    password_file: PasswordFile = None,
) -> None:
    """Make a user; the first one of a company becomes an administrator."""
    from ..security import people
    from ..security.passwords import check_new

    with opened(data, config, storage, "cloud") as kernel:
        by = actor(kernel, tenant)
        password = "" if program else _password(password_file)
        if not program:
            check_new(password, user)  # before there is a user without one
        all_of_it = people.add_user(kernel, by, user, name, role or (), administrator=administrator)
        if not program:
            kernel.accounts.set_password(by, user, password)
    typer.echo(f"{user} may sign in{', and do everything' if all_of_it else ''}")
    if program:
        typer.echo(f"next: lienso token create {user} NAME")


@user_app.command("list")
def user_list(
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Company = "",
    as_json: Json = False,
) -> None:
    """List the users."""
    from ..security import people

    with opened(data, config, storage, "cloud") as kernel:
        rows = people.users(kernel, actor(kernel, tenant))
    if as_json:
        emit(rows)
        return
    for row in rows:
        state = "" if row["active"] else "  disabled"
        typer.echo(f"{row['user']:16} {row['name']:24} {', '.join(row['roles'])}{state}")
    if not rows:
        typer.echo("none: whoever reaches the server may do everything")


@user_app.command("passwd")
def user_passwd(
    user: User,
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Company = "",
    password_file: PasswordFile = None,
) -> None:
    """Set a user's password; all sessions of the user end."""
    with opened(data, config, storage, "cloud") as kernel:
        kernel.accounts.set_password(actor(kernel, tenant), user, _password(password_file))
    typer.echo(f"{user} has a new password")


@user_app.command("disable")
def user_disable(
    user: User,
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Company = "",
    undo: Annotated[bool, typer.Option("--undo", help="Let the user in again.")] = False,
) -> None:
    """Shut a user out, in the cloud at once, at a site as soon as it hears of it."""
    from ..security import people

    with opened(data, config, storage, "cloud") as kernel:
        people.set_active(kernel, actor(kernel, tenant), user, undo)
    typer.echo(f"{user} is {'let in again' if undo else 'shut out'}")


@user_app.command("override")
def user_override(
    user: User,
    supervisor: Annotated[str, typer.Option("--supervisor", help="Who may edit this user.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the access log.")],
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help="The supervisor's; asked for without.")
    ] = None,
    at: At = LOCAL,
) -> None:
    """At a running site without the cloud: let a user whose 30 days are over work on for 12 hours."""
    with asking(at) as site:
        if password_file is not None:
            password = secret_in(password_file)
        else:
            password = typer.prompt(f"Password of {supervisor}", hide_input=True)
        until = site.users.override(user, supervisor, password, reason)
    typer.echo(f"{user} may work until {until}; {supervisor} answers for it in the access log")


@token_app.command("create")
def token_create(
    user: User,
    name: Annotated[str, typer.Argument(help="What the token is called.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Company = "",
    days: Annotated[int, typer.Option("--days", help="How long it is good for.")] = 90,
) -> None:
    """Make a token by which a program works as this user, and print it, once."""
    with opened(data, config, storage, "cloud") as kernel:
        typer.echo(kernel.accounts.create_token(actor(kernel, tenant), user, name, days))


@token_app.command("list")
def token_list(
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Company = "",
    user: Annotated[str, typer.Option("--user", help="Of this user alone.")] = "",
    as_json: Json = False,
) -> None:
    """List the tokens; what they are is not kept."""
    from ..security import people

    with opened(data, config, storage, "cloud") as kernel:
        rows = people.tokens(kernel, actor(kernel, tenant), user)
    if as_json:
        emit(rows)
        return
    for row in rows:
        typer.echo(f"{row['user']:16} {row['name']:16} until {row['until'][:10]}")
    if not rows:
        typer.echo("none")


@token_app.command("revoke")
def token_revoke(
    user: User,
    name: Annotated[str, typer.Argument(help="What the token is called.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Company = "",
) -> None:
    """Take a token away; what was signed in with it is out at its next call."""
    with opened(data, config, storage, "cloud") as kernel:
        kernel.accounts.revoke_token(actor(kernel, tenant), user, name)
    typer.echo(f"{name} of {user} opens nothing any more")
