# SPDX-License-Identifier: GPL-2.0-only
"""
A program on a terminal: a pty, whose other side is pyte's screen (python3-pyte). What is asked for
is waited for, since screens come when they come.
"""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios

import pyte

from . import wait

STEP_S = 0.05
DEADLINE_S = 10


class Terminal:
    """A command of the world on a terminal of its own."""

    def __init__(self, world, args, ns="", lines=24, columns=100, term="linux"):
        self.master, slave = pty.openpty()
        self.before = termios.tcgetattr(self.master)
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.set_size(lines, columns)
        self.process = subprocess.Popen(
            world.command(args, ns), stdin=slave, stdout=slave, stderr=subprocess.PIPE,
            start_new_session=True, env={**world.environment(), "TERM": term},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)

    def set_size(self, lines, columns):
        """Makes the terminal larger or smaller; the kernel tells who runs on it."""
        self.screen.resize(lines, columns)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("4H", lines, columns, 0, 0))

    def press(self, keys):
        """Types."""
        os.write(self.master, keys.encode())

    def look(self):
        """The lines of the screen now."""
        while select.select([self.master], [], [], STEP_S)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError:  # EIO: nobody has the other side any more
                break
            if not data:
                break
            self.stream.feed(data)
        return [line.rstrip() for line in self.screen.display]

    def wait_for(self, condition, what, deadline_s=DEADLINE_S):
        """Until condition(lines of the screen) is true; what it returns."""
        try:
            return wait.until(lambda: condition(self.look()), what, deadline_s)
        except AssertionError as error:
            raise AssertionError(f"{error}\n" + "\n".join(self.look())) from error

    def wait_for_text(self, text, deadline_s=DEADLINE_S):
        """Until a text is on the screen; its line."""
        return self.wait_for(lambda lines: next((line for line in lines if text in line), None),
                             f"`{text}` on the screen", deadline_s)

    def end(self, deadline_s=DEADLINE_S):
        """Waits for the program's end: (exit code, what it wrote to standard error)."""
        wait.until(lambda: self.look() and self.process.poll() is not None, "the end", deadline_s)
        with self.process.stderr as errors:
            return self.process.returncode, errors.read().decode()

    def is_as_before(self):
        """Whether the terminal is as it was: its settings, and the cursor can be seen."""
        self.look()
        return termios.tcgetattr(self.master) == self.before and not self.screen.cursor.hidden

    def hang_up(self):
        """The terminal goes away."""
        os.close(self.master)
        self.master = -1

    def close(self):
        """Ends what still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.master >= 0:
            os.close(self.master)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
