#!/usr/bin/env python3
"""Speed of the simulator beside pyroomacoustics, in one run and one table.

    pip install pyroomacoustics
    python3 benches/peers/simulator.py

The nearest work that a room simulator can do is `court.toml`: 20 microphones and ten shots for a
minute between four walls under the open sky, image sources of the second order, absorption by air.
Both play it at 48 kHz into memory; the delays of all wall images are compared as well. `city-day`
and arrivals alone are beyond it: it knows one room, and nothing that bends.
"""

import json
import math
import subprocess
import tempfile
import time
import tomllib
from pathlib import Path

import numpy as np
import pyroomacoustics as pra

ROOT = Path(__file__).resolve().parents[2]
SCENE = tomllib.loads((ROOT / "benches/peers/court.toml").read_text())
FS = SCENE["sample_rate_hz"]
WIDTH_M, DEPTH_M, HEIGHT_M = 60.0, 40.0, 12.0  # of court.json
PEER_RUNS = 3


def place(thing):
    """In the coordinates of a room whose corner is the origin."""
    return [thing["east"] + WIDTH_M / 2, thing["north"] + DEPTH_M / 2, thing["up"]]


def blasts():
    """The ten blasts of a 9 mm pistol at 1 m: Friedlander waves, 153 dB, strongest at 450 Hz."""
    burst = SCENE["burst"][0]
    signal = np.zeros(int(SCENE["duration_s"] * FS), dtype=np.float32)
    positive_s = 1 / (2 * math.pi * 450)
    x = np.arange(int(20 * positive_s * FS)) / FS / positive_s
    wave = 20e-6 * 10 ** (153 / 20) * (1 - x) * np.exp(-x)
    for round_ in range(burst["rounds"]):
        at = int((burst["time_s"] + round_ * burst["interval_s"]) * FS)
        signal[at : at + len(wave)] += wave
    return signal


def room(signal):
    reflecting = 1 - SCENE["city"]["wall_reflection"] ** 2
    materials = pra.make_materials(
        ceiling=1.0, **{wall: reflecting for wall in ["floor", "east", "west", "north", "south"]}
    )
    air = SCENE["atmosphere"]
    court = pra.ShoeBox(
        [WIDTH_M, DEPTH_M, HEIGHT_M],
        fs=FS,
        materials=materials,
        max_order=2,
        air_absorption=True,
        temperature=air["temperature_c"],
        humidity=air["relative_humidity_percent"],
    )
    court.add_source(place(SCENE["burst"][0]), signal=signal)
    court.add_microphone_array(np.array([place(sensor) for sensor in SCENE["sensor"]]).T)
    return court


def peer_seconds():
    signal, seconds = blasts(), []
    for _ in range(PEER_RUNS):
        start = time.perf_counter()
        court = room(signal)
        court.simulate()
        seconds.append(time.perf_counter() - start)
        assert court.mic_array.signals.shape[0] == len(SCENE["sensor"])
    return sorted(seconds)[PEER_RUNS // 2]


def our_seconds():
    """Medians of criterion, which prints its own progress."""
    command = ["cargo", "bench", "--locked", "-p", "shotfix-benches", "--bench", "simulate"]
    subprocess.run(command, cwd=ROOT, check=True)

    def median(name):
        found = ROOT / "target/criterion" / name / "new/estimates.json"
        return json.loads(found.read_text())["median"]["point_estimate"] * 1e-9

    return {name: median(name) for name in ["simulate/court", "simulate/city-day", "arrivals/city-day"]}


def largest_difference_s():
    """Between the delays of wall images of both, per microphone; and how many were compared."""
    with tempfile.TemporaryDirectory() as out:
        command = ["cargo", "run", "--release", "--locked", "--quiet", "-p", "shotfix", "--"]
        command += ["simulate", str(ROOT / "benches/peers/court.toml"), "-o", out]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        truth = json.loads((Path(out) / "truth.json").read_text())
    court = room(np.zeros(FS, dtype=np.float32))
    court.image_source_model()
    source, speed = court.sources[0], truth["atmosphere"]["speed_of_sound_m_s"]
    level = np.isclose(source.images[2], place(SCENE["burst"][0])[2])
    images = source.images[:, level]
    worst, compared = 0.0, 0
    for sensor, arrival in zip(SCENE["sensor"], truth["shots"][0]["arrivals"]):
        peer = np.sort(np.linalg.norm(images.T - place(sensor), axis=1)) / speed
        ours = [arrival["delay_s"]] + [echo["delay_s"] for echo in arrival["echoes"]]
        ours = np.sort(ours)
        assert len(peer) == len(ours), (sensor["id"], len(peer), len(ours))
        worst = max(worst, float(np.abs(peer - ours).max()))
        compared += len(ours)
    return worst, compared


def main():
    ours = our_seconds()
    peer = peer_seconds()
    worst_s, compared = largest_difference_s()
    court, minute = SCENE["duration_s"], 60.0
    print()
    print(f"20 sensors, 60 s, 48 kHz; pyroomacoustics {pra.__version__}, median of {PEER_RUNS} runs; seeds in the scenes")
    print()
    print("| | time | times real time | beside the peer |")
    print("|---|---:|---:|---:|")
    row = "| {} | {:.2f} s | {:.1f} | {} |".format
    print(row("court, pyroomacoustics", peer, court / peer, "1"))
    print(row("court, shotfix", ours["simulate/court"], court / ours["simulate/court"], f"{peer / ours['simulate/court']:.0f} times as fast"))
    print(row("`city-day`, shotfix", ours["simulate/city-day"], minute / ours["simulate/city-day"], "cannot"))
    print(f"| arrivals of `city-day`, shotfix | {1e4 / ours['arrivals/city-day']:.0f} shots/s | | cannot |")
    print()
    print(f"Wall images of the court: {compared} delays, largest difference {1e9 * worst_s:.1f} ns")


if __name__ == "__main__":
    main()
