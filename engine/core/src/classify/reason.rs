//! What was heard, in words, for whoever has to believe a class.

use crate::onset::Onset;

/// The shape of an impulse: `rises in 0.4 ms, falls 20 dB in 25 ms, dull, 31 dB over the noise`.
///
/// It says what the sound was like, the same words for the same features; what followed from it is the class.
pub fn reason(onset: &Onset) -> String {
    let f = &onset.features;
    let mut words = vec![format!("rises in {:.1} ms", 1e3 * f.rise_s)];
    words.push(if f.decay_s < 0.058 {
        format!("falls 20 dB in {:.0} ms", 1e3 * f.decay_s)
    } else {
        "rings on beyond 60 ms".to_owned()
    });
    let colour = match f.centroid_hz {
        hz if hz < 500.0 => "dull",
        hz if hz > 2_000.0 => "bright",
        _ => "",
    };
    if !colour.is_empty() {
        words.push(colour.to_owned());
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
