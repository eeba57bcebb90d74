"""Arguments that several commands have."""

import click

PROJECT = click.argument("project_name", metavar="PROJECT")
