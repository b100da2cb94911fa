"""Runs a command to its end, or until a file appears; prints what that took, for bench_content.sh.

usage: measure.py FILE COMMAND...      FILE: empty for none
prints: SECONDS CPU-SECONDS PEAK-MIB   the peak is of RssAnon, summed over the command and its children
"""
import os
import resource
import subprocess
import sys
import time


def tree(pid):
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as children:
                for child in children.read().split():
                    found += tree(int(child))
    except OSError:  # it has ended
        pass
    return found


def anonymous_kib(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            return next((int(line.split()[1]) for line in status if line.startswith("RssAnon")), 0)
    except OSError:
        return 0


def main():
    file, command = sys.argv[1], sys.argv[2:]
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    took = None
    while process.poll() is None:
        peak = max(peak, sum(map(anonymous_kib, tree(process.pid))))
        if file and took is None and os.path.lexists(file):
            took = time.monotonic() - begin
            process.terminate()
        time.sleep(0.02)
    took = time.monotonic() - begin if took is None else took
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{took:.2f} {used.ru_utime + used.ru_stime:.2f} {peak / 1024:.1f}")
    return 0 if file or process.returncode == 0 else 1


sys.exit(main())
