"""What allauth's own pages and forms say here, marked so that our catalogues have it.

Its own translations say du and je to some and Sie and u to others; before them Django finds ours. A test holds the
list against allauth's sources.
"""

from django.utils.translation import gettext_noop as _

WORDS = (
    # Forms
    _("Password"),
    _("Current Password"),
    _("New Password"),
    _("New Password (again)"),
    _("Code"),
    _("You must type the same password each time."),
    _("Please type your current password."),
    _("Incorrect password."),
    _("Incorrect code."),
    _("This functionality requires JavaScript."),
    # Pages around signing in
    _("Account Inactive"),
    _("This account is inactive."),
    _("Confirm Access"),
    _("Please reauthenticate to safeguard your account."),
    _("Enter your password:"),
    _("Enter an authenticator code:"),
    _("Confirm"),
    _("Alternative options"),
    _("Use your password"),
    _("Use authenticator app or code"),
    _("Use a security key"),
    _("Sign Out"),
    _("Are you sure you want to sign out?"),
    _("You have signed out."),
    _("Change Password"),
    _("Set Password"),
    _("Password successfully changed."),
    _("Password successfully set."),
    # The second factor
    _("Authenticator App"),
    _("Authenticator app activated."),
    _("Deactivate Authenticator App"),
    _("You are about to deactivate authenticator app based authentication. Are you sure?"),
    _("Deactivate"),
    _("Authenticator app deactivated."),
    _("You cannot deactivate two-factor authentication."),
    _("Recovery Codes"),
    _("You are about to generate a new set of recovery codes for your account."),
    _("This action will invalidate your existing codes."),
    _("Are you sure?"),
    _("Generate"),
    _("A new set of recovery codes has been generated."),
    _("You cannot generate recovery codes without having two-factor authentication enabled."),
    _("Security Keys"),
    _("Security key added."),
    _("Edit Security Key"),
    _("Save"),
    _("Remove Security Key"),
    _("Are you sure you want to remove this security key?"),
    _("Remove"),
    _("Security key removed."),
    _("Master key"),
    _("Backup key"),
    _("Key nr. {number}"),
)
