#!/usr/bin/env python3
"""Speed of the detector beside ObsPy's STA/LTA, in one run and one table.

    pip install obspy
    python3 benches/peers/detector.py

Both hear noise with shots at 48 kHz on one core, in turns, and each is charged the time that the processor worked for
it, so that a busy machine slows neither. ObsPy's two C routines give a ratio of energies and nothing else;
ours gives filtered, whitened, timed and described onsets.
"""

import os
import resource
import subprocess
import time
from pathlib import Path

import numpy as np
import obspy
from obspy.signal.trigger import classic_sta_lta, recursive_sta_lta

ROOT = Path(__file__).resolve().parents[2]
FS = 48_000
SECONDS = 60
# Ours is a process of its own; in so long a sound its start does not count.
OUR_SECONDS = 600
RUNS = 9
PEERS = [classic_sta_lta, recursive_sta_lta]


def noise_with_shots():
    """White noise and ten blasts of 0.8 ms."""
    x = np.random.default_rng(1).normal(0.0, 1e-3, FS * SECONDS)
    t = np.arange(FS // 100) / FS / 0.8e-3
    for k in range(10):
        at = (3 + 6 * k) * FS - FS
        x[at : at + len(t)] += 0.2 * (1 - t) * np.exp(-t)
    return x


def peer_seconds(routine, x):
    start = time.process_time()
    routine(x, FS // 500, FS // 2)
    return time.process_time() - start


def our_program():
    """Builds the program that makes sound at FS and hears it."""
    command = ["cargo", "build", "--release", "--locked", "-p", "shotfix-benches", "--example", "detector_run"]
    subprocess.run(command, cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "release/examples/detector_run"


def processor_seconds(program, what):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([program, what, str(OUR_SECONDS)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def our_seconds(program):
    """Processor time of listening: of a run that makes the sound and listens, less one that only makes it."""
    return processor_seconds(program, "detect") - processor_seconds(program, "sound")


def median(values):
    return sorted(values)[len(values) // 2]


def main():
    x = noise_with_shots()
    program = our_program()
    ours, peers = [], {routine: [] for routine in PEERS}
    for _ in range(RUNS):
        ours.append(our_seconds(program))
        for routine, seconds in peers.items():
            seconds.append(peer_seconds(routine, x))
    factor = OUR_SECONDS / median(ours)
    print(f"48 kHz, one core, processor time; ObsPy {obspy.__version__}, median of {RUNS} runs in turns")
    print()
    print("| | times real time | detector / ObsPy |")
    print("|---|---:|---:|")
    print(f"| shotfix, onsets with features | {factor:.0f} | 1 |")
    for routine, seconds in peers.items():
        peer = SECONDS / median(seconds)
        print(f"| ObsPy {routine.__name__} | {peer:.0f} | {factor / peer:.2f} |")


if __name__ == "__main__":
    main()
