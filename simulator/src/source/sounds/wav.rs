//! Any recording as a source.

use std::io::Cursor;
use std::sync::Arc;

use hound::{SampleFormat, WavReader};
use serde::Deserialize;

use super::kind::{Cadence, Kind, Sound, samples};
use crate::error::SceneError;
use crate::random::Random;
use crate::source::{Emission, Samples, Waveform};

/// Longest recording, samples of one channel: 17 minutes at 48 kHz, 200 MB.
const MOST_SAMPLES: u32 = 50_000_000;

/// The first channel, scaled so that its peak has the level asked for, which must be given: a
/// file does not tell. Its sample 0 leaves at `time_s`.
///
/// Not modelled: whatever the recording holds of its own room and microphone stays in.
pub(super) static KIND: Kind = Kind {
    name: "wav",
    up_m: 1.5,
    level_db_spl: None,
    cadence: Some(Cadence {
        count: 1,
        interval_s: 10.0,
        spread_s: 0.0,
    }),
    timed: true,
    make,
};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    /// Path, relative to the scene file.
    file: String,
}

fn make(sound: &Sound<'_>, random: &mut Random) -> Result<Vec<Emission>, SceneError> {
    let keys: Keys = sound.keys()?;
    let Some(level) = sound.spec.level_db_spl else {
        let remedy = "give the peak level at 1 m in dB SPL";
        let field = sound.field("level_db_spl");
        return sound.check.refuse(field, "it is missing", remedy);
    };
    if keys.file.is_empty() {
        let remedy = "give a WAV file, its path relative to the scene file";
        return sound
            .check
            .refuse(sound.field("file"), "it is missing", remedy);
    }
    let bytes = sound.check.read_bytes(&sound.field("file"), &keys.file)?;
    let samples = decode(&bytes, level).or_else(|problem| {
        let problem = format!("{}: {problem}", keys.file);
        let remedy = "give a WAV with PCM or float samples";
        sound.check.refuse(sound.field("file"), problem, remedy)
    })?;
    let play = |time_s| sound.emission(time_s, sound.place(), Waveform::Samples(samples.clone()));
    Ok(sound.times_s(random)?.into_iter().map(play).collect())
}

/// The first channel of a WAV; else what is wrong with it.
fn decode(bytes: &[u8], level_db_spl: f64) -> Result<Arc<Samples>, String> {
    let reader = WavReader::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
    let spec = reader.spec();
    if !(1_000..=768_000).contains(&spec.sample_rate) {
        return Err(format!(
            "a sample rate of {} Hz is absurd",
            spec.sample_rate
        ));
    }
    if reader.duration() > MOST_SAMPLES {
        return Err(format!("it is longer than {MOST_SAMPLES} samples"));
    }
    let channels = usize::from(spec.channels.max(1));
    let shape: Result<Vec<f64>, hound::Error> = match spec.sample_format {
        SampleFormat::Float => {
            let all = reader.into_samples::<f32>().step_by(channels);
            all.map(|sample| sample.map(f64::from)).collect()
        }
        SampleFormat::Int => {
            let all = reader.into_samples::<i32>().step_by(channels);
            all.map(|sample| sample.map(f64::from)).collect()
        }
    };
    let shape = shape.map_err(|error| error.to_string())?;
    if shape.iter().any(|sample| !sample.is_finite()) {
        return Err("it holds samples that are no numbers".into());
    }
    if shape.iter().all(|sample| *sample == 0.0) {
        return Err("it is silent".into());
    }
    Ok(samples(f64::from(spec.sample_rate), &shape, level_db_spl))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{emissions_of, pressure_pa, refusal_of};
    use super::*;

    /// A folder with `a.wav`, and a scene file beside it that need not exist.
    fn folder(spec: hound::WavSpec, frames: &[[f32; 2]]) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = hound::WavWriter::create(folder.path().join("a.wav"), spec).unwrap();
        for frame in frames {
            for sample in &frame[..usize::from(spec.channels)] {
                match spec.sample_format {
                    SampleFormat::Float => writer.write_sample(*sample).unwrap(),
                    SampleFormat::Int => writer.write_sample((*sample * 30_000.0) as i32).unwrap(),
                }
            }
        }
        writer.finalize().unwrap();
        let scene = folder
            .path()
            .join("scene.toml")
            .to_string_lossy()
            .into_owned();
        (folder, scene)
    }

    fn spec(channels: u16, bits_per_sample: u16, sample_format: SampleFormat) -> hound::WavSpec {
        hound::WavSpec {
            channels,
            sample_rate: 22_050,
            bits_per_sample,
            sample_format,
        }
    }

    const SOUND: &str = "kind = \"wav\"\nfile = \"a.wav\"\nlevel_db_spl = 94.0";
    const FRAMES: [[f32; 2]; 3] = [[0.1, 1.0], [-0.5, 1.0], [0.25, 1.0]];

    #[test]
    fn the_first_channel_comes_back_at_its_level() {
        for spec in [
            spec(1, 16, SampleFormat::Int),
            spec(2, 24, SampleFormat::Int),
            spec(2, 32, SampleFormat::Float),
        ] {
            let (_folder, scene) = folder(spec, &FRAMES);
            let sound = &emissions_of(SOUND, &scene, 1)[0];
            // 94 dB SPL is 1.0024 Pa, at the sample of -0.5; 16 bits round by 1/30000.
            let wanted = [0.2005, -1.0024, 0.5012];
            let got = pressure_pa(sound);
            assert_eq!(got.len(), 3);
            for (got, wanted) in got.iter().zip(wanted) {
                assert!((got - wanted).abs() < 2e-4, "{got} {wanted}");
            }
        }
    }

    #[test]
    fn what_is_no_sound_is_refused() {
        let good = spec(1, 32, SampleFormat::Float);
        let (dir, scene) = folder(good, &[[0.0; 2]; 4]);
        assert!(refusal_of(SOUND, &scene).contains("silent"));
        let (_nan, other) = folder(good, &[[f32::NAN; 2]; 4]);
        assert!(refusal_of(SOUND, &other).contains("no numbers"));
        std::fs::write(dir.path().join("a.wav"), b"RIFF of nothing").unwrap();
        let message = refusal_of(SOUND, &scene);
        assert!(
            message.contains("sound[0].file") && message.contains("a.wav"),
            "{message}"
        );
        assert!(message.contains("PCM or float"), "{message}");
        let missing = SOUND.replace("a.wav", "b.wav");
        assert!(refusal_of(&missing, &scene).contains("relative to the scene file"));
        let quiet = SOUND.replace("level_db_spl = 94.0", "");
        assert!(refusal_of(&quiet, &scene).contains("sound[0].level_db_spl: it is missing"));
        assert!(
            refusal_of("kind = \"wav\"\nlevel_db_spl = 90.0", &scene).contains("sound[0].file")
        );
    }

    #[test]
    fn no_header_brings_the_reader_down() {
        let (dir, _scene) = folder(spec(2, 16, SampleFormat::Int), &FRAMES);
        let good = std::fs::read(dir.path().join("a.wav")).unwrap();
        for at in 0..good.len() {
            for value in [0, 1, 2, 3, 7, 16, 64, 127, 128, 254, 255] {
                let mut bytes = good.clone();
                bytes[at] = value;
                // Either is right; a panic is not.
                let _ = decode(&bytes, 94.0);
                let _ = decode(&good[..at], 94.0);
            }
        }
    }
}
