#!/bin/sh
# Instructions of the detector for a second of sound at 48 kHz, counted by callgrind: unlike times, the same on a
# busy machine. Compares with benches/instructions.txt and fails beyond 5 %; `--record` writes that file.
#
#     benches/instructions.sh [--record]      (needs valgrind)
set -eu
cd "$(dirname "$0")/.."
cargo build --locked --quiet --release -p shotfix-benches --example detector_run
run="${CARGO_TARGET_DIR:-target}/release/examples/detector_run"
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$run" "$@" 2>&1 |
        sed -n 's/.*Collected : *//p'
}
# The sound is 10 s long; making it is not counted.
now=$((($(count detect) - $(count sound)) / 10))
echo "$now instructions for a second at 48 kHz"
if [ "${1:-}" = --record ]; then
    echo "$now" > benches/instructions.txt
    exit 0
fi
before=$(cat benches/instructions.txt)
drift=$(((now - before) * 1000 / before))
echo "$before recorded, drift $drift in 1000"
[ "$drift" -le 50 ] && [ "$drift" -ge -50 ]
