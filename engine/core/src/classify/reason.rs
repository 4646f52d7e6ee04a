//! What was heard, in words, for whoever has to believe a class.

use crate::onset::Onset;

/// A tail with so much of its energy in 60 Hz is a tone: half, dB.
const TONE_DB: f32 = -3.0;

/// The shape of an impulse: `rises in 0.4 ms, falls 20 dB in 25 ms, tail of 0.9 s, dull, 31 dB over the noise`.
///
/// It says what the sound was like, the same words for the same features; what followed from it is the class.
pub fn reason(onset: &Onset) -> String {
    let f = &onset.features;
    let mut words = vec![format!("rises in {:.1} ms", 1e3 * f.rise_s.max(0.0))];
    words.push(if f.decay_s < 0.058 {
        format!("falls 20 dB in {:.0} ms", 1e3 * f.decay_s)
    } else {
        "falls 20 dB in 60 ms or later".to_owned()
    });
    if f.course.slope_db_per_s < -6.0 {
        words.push(format!("tail of {:.1} s", -60.0 / f.course.slope_db_per_s));
    }
    if f.course.peak_share_db[0] > TONE_DB && f.course.peak_hz[0] > 0.0 {
        words.push(format!("rings at {:.0} Hz", f.course.peak_hz[0]));
    }
    match f.centroid_hz {
        hz if hz < 500.0 => words.push("dull".to_owned()),
        hz if hz > 2_000.0 => words.push("bright".to_owned()),
        _ => {}
    }
    if f.asymmetry > 0.3 {
        words.push("begins with pressure".to_owned());
    }
    if f.n_wave > 0.5 {
        words.push("short as a bullet's shock wave".to_owned());
    }
    if onset.clipped {
        words.push("clipped".to_owned());
    }
    words.push(format!("{:.0} dB over the noise", onset.snr_db));
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::onset::OnsetFeatures;
    use crate::sensor::SensorIdx;
    use crate::timestamp::Timestamp;
    use crate::units::Seconds;

    #[test]
    fn says_what_the_features_say() {
        let mut features = OnsetFeatures {
            rise_s: 0.0004,
            decay_s: 0.025,
            centroid_hz: 400.0,
            asymmetry: 0.5,
            ..OnsetFeatures::default()
        };
        features.course.slope_db_per_s = -50.0;
        features.course.peak_share_db[0] = -12.0;
        let mut onset = Onset {
            sensor: SensorIdx(0),
            time: Timestamp::default(),
            sigma: Seconds(1e-4),
            peak_dbfs: -10.0,
            level_db_spl: None,
            snr_db: 31.2,
            clipped: false,
            features,
        };
        assert_eq!(
            reason(&onset),
            "rises in 0.4 ms, falls 20 dB in 25 ms, tail of 1.2 s, dull, begins with pressure, 31 dB over the noise"
        );
        onset.features.course.peak_share_db[0] = -1.0;
        onset.features.course.peak_hz[0] = 2100.0;
        onset.features.course.slope_db_per_s = f32::NAN;
        onset.features.decay_s = 0.06;
        assert!(reason(&onset).contains("later, rings at 2100 Hz, dull"));
    }
}
