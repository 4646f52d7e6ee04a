//! The detector on noise with shots at 48 kHz, for `benches/instructions.sh` and `benches/peers/detector.py`:
//! `detector_run detect|sound [SECONDS]`, ten without a number.

use shotfix_benches::detect::street;
use shotfix_signal::{Detector, DetectorConfig};

fn main() {
    let mut words = std::env::args().skip(1);
    let listens = words.next().is_some_and(|word| word == "detect");
    let seconds = words.next().and_then(|word| word.parse().ok());
    let samples = street(48_000.0, seconds.unwrap_or(10.0));
    // The sound is also only made, so that a difference can be taken.
    if !listens {
        return;
    }
    let mut n = 0;
    if let Ok(mut detector) = Detector::try_new(DetectorConfig::new(48_000.0)) {
        detector.process(&samples, |_| n += 1);
        detector.finish(|_| n += 1);
    }
    // Both blasts, or the count of instructions is of something else.
    std::process::exit(if n >= 2 { 0 } else { 1 });
}
