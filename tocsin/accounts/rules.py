"""Roles, and what each may do."""

from enum import StrEnum


class Role(StrEnum):
    """What a person does in the centre; a person may have several."""

    AGENT = "agent"
    COORDINATOR = "coordinator"
    DUTY_OFFICER = "duty_officer"
    ADMINISTRATOR = "administrator"
