"""Django's settings, read from the environment and from the instance's own folder (TOCSIN_HOME)."""

import logging
import os
from datetime import timedelta
from pathlib import Path

from tocsin.project.instance import instance

PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = instance.secret("django")
CALLER_HASH_KEY = instance.secret("caller-hash")
METRICS_TOKEN = instance.secret("metrics")
DEMO = instance.demo
DEBUG = False
ALLOWED_HOSTS = instance.hosts
CSRF_TRUSTED_ORIGINS = instance.origins
INTERNAL_PORTS = instance.ports
MEDIA_ROOT = instance.home / "media"
# Where the switch records, and where tapes that have ended are kept, apart for each stream. Never served as files.
TAPES = instance.home / "tapes"
KEPT_TAPES = instance.home / "kept-tapes"
# Others than this machine reach the instance, through a proxy that speaks HTTPS.
PUBLIC = any(origin.startswith("https://") for origin in instance.origins)

ROOT_URLCONF = "tocsin.project.urls"
ASGI_APPLICATION = "tocsin.project.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.Person"

DATABASES = {"default": instance.database}
# Limits on attempts are counted here, so every process must see the same figures.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

INSTALLED_APPS = [
    # Before allauth and Django's own: its templates take the place of theirs.
    "tocsin.web",
    "tocsin.web.console",
    "tocsin.web.desk",
    "tocsin.web.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "tocsin.accounts",
    "tocsin.logbook",
    "tocsin.authorities",
    "tocsin.activations",
    "tocsin.workforce",
    "tocsin.calls",
    "tocsin.insights",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "tocsin.web.headers.PermissionsPolicy",
    "csp.middleware.CSPMiddleware",
    "tocsin.web.static_files.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "tocsin.web.readable.Readable",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tocsin.web.context.page",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# The country in which a caller's national number is meant (ISO 3166).
REGION = os.environ.get("TOCSIN_REGION", "BE")
# Part of every telephone's password digest; changing it signs every browser's telephone out.
SIP_REALM = "tocsin"
# Who helps telephones behind a router to be heard (host:port); TURN also carries what goes through nowhere else.
STUN = os.environ.get("TOCSIN_STUN", "")
TURN = os.environ.get("TOCSIN_TURN", "")
TURN_TLS = os.environ.get("TOCSIN_TURN_TLS", "")
# With this secret, which the TURN server has too, each telephone gets a password of its own that runs out.
TURN_SECRET = os.environ.get("TOCSIN_TURN_SECRET", "")
TURN_USER = os.environ.get("TOCSIN_TURN_USER", "")
TURN_PASSWORD = os.environ.get("TOCSIN_TURN_PASSWORD", "")

# A domain's jobs are in its module of that name.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# Which gateway serves which port; see tocsin/wiring.py.
GATEWAYS = {
    "switch": "tocsin.project.gateways.asterisk_switch",
    "speech": "tocsin.project.gateways.espeak_speech",
    "telephone_ports": "tocsin.project.nodes.telephone_ports",
}
if DEMO:
    # Nobody is sent anything in earnest; elsewhere nothing is offered that nobody would send.
    GATEWAYS["sms"] = "tocsin.project.gateways.rehearsed_sms"

# --- Signing in ------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# Memory-hard and in Python's own library.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {
        "NAME": "tocsin.web.sign_in.LongEnough",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# How long a one-time link to set a password works.
PASSWORD_RESET_TIMEOUT = int(timedelta(days=3).total_seconds())

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "front"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "tocsin.web.sign_in.Account"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# People are made by an administrator, who knows their address.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_SESSION_REMEMBER = False
# A whole calling centre may sit behind one address, so addresses are allowed more than a name at an address is. A
# name that is tried from many addresses is allowed a hundred (NIST SP 800-63B, section 5.2.2).
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "60/m/ip,10/15m/key",
    "login_failed_anywhere": "100/15m/key",
}

MFA_ADAPTER = "tocsin.web.sign_in.SecondFactor"
ACCOUNT_FORMS = {"login": "tocsin.web.sign_in.SignInForm"}
MFA_FORMS = {
    "authenticate": "tocsin.web.sign_in.CodeForm",
    "reauthenticate": "tocsin.web.sign_in.ConfirmForm",
    "activate_totp": "tocsin.web.sign_in.AddAppForm",
    "add_webauthn": "tocsin.web.sign_in.AddKeyForm",
    "edit_webauthn": "tocsin.web.sign_in.RenameKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# An administrator vouches for the address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PUBLIC
MFA_TOTP_ISSUER = "Tocsin"
# Clocks of telephones drift: one step of 30 s either way.
MFA_TOTP_TOLERANCE = 1

# A session ends with the browser, or twelve hours after the person last proved who they are.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())
SESSION_COOKIE_SECURE = PUBLIC
CSRF_COOKIE_SECURE = PUBLIC
# Browsers keep cookies by machine and not by port: two instances must not take each other's.
SESSION_COOKIE_NAME = f"tocsin-session-{instance.ports.web}"
CSRF_COOKIE_NAME = f"tocsin-csrf-{instance.ports.web}"
CSRF_COOKIE_HTTPONLY = True
# Kept out of the session, whose every change would start its twelve hours again.
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# --- What browsers are told ------------------------------------------------------------------------------

SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if PUBLIC else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        # The square to scan for a second factor is drawn into the page.
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "media-src": ["'self'", "blob:"],
        # Not every browser counts WebSockets among 'self'.
        "connect-src": ["'self'", *(origin.replace("http", "ws", 1) for origin in instance.origins)],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
STATIC_URL = "/static/"
# Served from where they are; nothing has to be collected first.
WHITENOISE_USE_FINDERS = True

# --- Languages and time ----------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = "Europe/Brussels"
LANGUAGE_CODE = "en"
# Everything is in these, for those who work here.
INSIDE_LANGUAGES = [("en", "English"), ("nl", "Nederlands"), ("fr", "Français"), ("de", "Deutsch")]
# What is seen before anybody signs in is in these as well.
LANGUAGES = [*INSIDE_LANGUAGES, ("uk", "Українська"), ("ru", "Русский"), ("ar", "العربية")]
LANGUAGE_COOKIE_NAME = "tocsin-language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = PUBLIC

# --- Keeping ---------------------------------------------------------------------------------------------

CALL_RETENTION = timedelta(days=90)


def refused_in_one_line(record: logging.LogRecord) -> bool:
    """What Django itself refuses is no fault of ours: its line says enough, without where in the code."""
    if record.name.startswith("django.security"):
        record.exc_info = None
    return True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "refused": {"()": "django.utils.log.CallbackFilter", "callback": refused_in_one_line},
    },
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["refused"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # Django's own handlers only speak while DEBUG is on; everything goes up to the root.
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Tells at every start, of every command, which jobs there are.
        "procrastinate.blueprints": {"level": "WARNING"},
        "procrastinate.periodic": {"level": "WARNING"},
    },
}
