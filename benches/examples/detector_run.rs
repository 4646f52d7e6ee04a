//! The detector on ten seconds of noise with shots at 48 kHz, for `benches/instructions.sh`.

use shotfix_benches::detect::street;
use shotfix_signal::{Detector, DetectorConfig};

fn main() {
    let samples = street(48_000.0, 10.0);
    // Without an argument the sound is only made, so that a difference can be taken.
    if std::env::args().nth(1).is_none() {
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
