#!/usr/bin/env python3
"""Speed of the detector beside ObsPy's STA/LTA, in one run and one table.

    pip install obspy
    python3 benches/peers/detector.py

Both hear a minute of noise with shots at 48 kHz on one core. ObsPy's two C routines give a ratio of energies and
nothing else; ours gives filtered, whitened, timed and described onsets.
"""

import json
import os
import subprocess
import time
from pathlib import Path

import numpy as np
import obspy
from obspy.signal.trigger import classic_sta_lta, recursive_sta_lta

ROOT = Path(__file__).resolve().parents[2]
FS = 48_000
SECONDS = 60
RUNS = 9


def noise_with_shots():
    """White noise and ten blasts of 0.8 ms."""
    x = np.random.default_rng(1).normal(0.0, 1e-3, FS * SECONDS)
    t = np.arange(FS // 100) / FS / 0.8e-3
    for k in range(10):
        at = (3 + 6 * k) * FS - FS
        x[at : at + len(t)] += 0.2 * (1 - t) * np.exp(-t)
    return x


def peer_seconds(routine, x):
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        routine(x, FS // 500, FS // 2)
        seconds.append(time.perf_counter() - start)
    return sorted(seconds)[RUNS // 2]


def our_factor():
    """Times real time at 48 kHz: the median of criterion, which prints its own progress."""
    command = ["cargo", "bench", "--locked", "-p", "shotfix-benches", "--bench", "detect"]
    subprocess.run(command, cwd=ROOT, check=True, env=os.environ | {"RAYON_NUM_THREADS": "1"})
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    found = target / "criterion/detector/48000 Hz/new/estimates.json"
    return SECONDS / (json.loads(found.read_text())["median"]["point_estimate"] * 1e-9)


def main():
    x = noise_with_shots()
    ours = our_factor()
    print()
    print(f"48 kHz, one core; ObsPy {obspy.__version__}, median of {RUNS} runs")
    print()
    print("| | times real time | shotfix beside it |")
    print("|---|---:|---:|")
    print(f"| shotfix, onsets with features | {ours:.0f} | 1 |")
    for routine in [classic_sta_lta, recursive_sta_lta]:
        factor = SECONDS / peer_seconds(routine, x)
        print(f"| ObsPy {routine.__name__} | {factor:.0f} | {ours / factor:.2f} |")


if __name__ == "__main__":
    main()
