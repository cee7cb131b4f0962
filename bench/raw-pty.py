"""A PTY with nothing around it: the limit for terminals on this machine. Prints JSON.

raw-pty.py echo COUNT        milliseconds from a key written to its echo, by bash's line editor
raw-pty.py throughput BYTES  megabytes a second that come out of it
"""

import json
import os
import pty
import signal
import sys
import time

SHELL = ["/bin/bash", "--noprofile", "--norc", "-i"]


def spawn(command):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(PS1="$ ", TERM="xterm-256color")
        os.execvp(command[0], command)
    return pid, fd


def end(pid, fd):
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(fd)


def read_until(fd, wanted):
    seen = b""
    while wanted not in seen:
        seen += os.read(fd, 65536)


def echo(count):
    pid, fd = spawn(SHELL)
    read_until(fd, b"$ ")
    times = []
    for index in range(count):
        started = time.perf_counter()
        os.write(fd, b"a")
        read_until(fd, b"a")
        times.append((time.perf_counter() - started) * 1000)
        if index % 50 == 49:
            os.write(fd, b"\x15")
            time.sleep(0.05)
            os.read(fd, 65536)
        # A person types at most some twenty keys a second; back to back would measure a busy machine.
        time.sleep(0.02)
    end(pid, fd)
    return times


def throughput(size):
    line = "sandlot " * 9
    pid, fd = spawn(["/bin/sh", "-c", f"yes '{line}' | head -c {size}"])
    started = time.perf_counter()
    got = 0
    try:
        while chunk := os.read(fd, 65536):
            got += len(chunk)
    except OSError:
        pass  # EIO: the other side has closed, as a PTY says it
    seconds = time.perf_counter() - started
    os.waitpid(pid, 0)
    os.close(fd)
    return got / 1e6 / seconds


def main():
    what, amount = sys.argv[1], int(sys.argv[2])
    print(json.dumps(echo(amount) if what == "echo" else throughput(amount)))


main()
