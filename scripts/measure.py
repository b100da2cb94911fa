"""Runs a command to its end, or until a file appears; prints what that took, for the parts of ./dev bench.

usage: measure.py [--resident] FILE COMMAND...   FILE: empty for none
prints: SECONDS CPU-SECONDS PEAK-MIB             the peak is of RssAnon, summed over the command and its children;
                                                 with --resident of VmRSS, of the largest of them
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


def kib(pid, name):
    try:
        with open(f"/proc/{pid}/status") as status:
            return next((int(line.split()[1]) for line in status if line.startswith(name)), 0)
    except OSError:
        return 0


def main():
    is_resident = sys.argv[1] == "--resident"
    file, *command = sys.argv[2 if is_resident else 1 :]
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak = 0
    took = None
    while process.poll() is None:
        if is_resident:
            peak = max([peak, *(kib(pid, "VmRSS") for pid in tree(process.pid))])
        else:
            peak = max(peak, sum(kib(pid, "RssAnon") for pid in tree(process.pid)))
        if file and took is None and os.path.lexists(file):
            took = time.monotonic() - begin
            process.terminate()
        time.sleep(0.02)
    took = time.monotonic() - begin if took is None else took
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{took:.2f} {used.ru_utime + used.ru_stime:.2f} {peak / 1024:.1f}")
    return 0 if file or process.returncode == 0 else 1


sys.exit(main())
