//! Scenes of the simulator, drawn to hold what no recording at hand holds: other guns, fireworks,
//! builders, streets; near and far, in quiet and noise, at every rate, through every microphone. Recorded
//! sounds are played in them too, so that neither rate nor microphone tells what a sound was.

use std::fmt::Write as _;

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use shotfix_core::Class;
use shotfix_simulator::{Scene, TruthArrival, simulate};

use super::dsp::Audio;
use super::gather::{Batch, Chain, FOLDS, GatherError, Labelled, Listened, Origin, onsets};
use super::sounds::Sound;

const DURATION_S: f64 = 16.0;
const SENSORS: usize = 3;
/// An onset is a front's if it comes no earlier and no later than this, seconds.
const EARLY_S: f64 = 0.003;
const LATE_S: f64 = 0.008;
/// Echoes of a loud sound are neither it nor something else for so long, seconds.
const ECHOES_S: f64 = 2.0;
const RATES_HZ: [u32; 8] = [
    8_000, 12_000, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000,
];
const FIREARMS: [&str; 13] = [
    ".22", ".38", ".357", "9mm", ".40", ".45", ".223", "5.56", "7.62x39", ".308", ".30-06", ".50",
    "12-gauge",
];
/// Every sound of the simulator that is neither gun nor firework.
const OTHERS: [&str; 9] = [
    "backfire",
    "hammer",
    "nail_gun",
    "door",
    "dog",
    "horn",
    "thunder",
    "helicopter",
    "traffic",
];

/// What a scene is about.
#[derive(Clone, Copy, PartialEq)]
enum Theme {
    Guns,
    Fireworks,
    Others,
    Recorded,
}

/// Plays scene number `k` and hears it.
pub(super) fn listen(seed: u64, k: usize, sounds: &[Sound]) -> Result<Batch, GatherError> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(k as u64);
    let theme = [
        Theme::Guns,
        Theme::Guns,
        Theme::Fireworks,
        Theme::Others,
        Theme::Recorded,
    ][k % 5];
    let mut text = stage(&mut random);
    let mut source = format!("scene {k}");
    let mut fold = (k / 5) % FOLDS;
    let mut kind = "scene".to_owned();
    let folder = tempfile::tempdir().map_err(|source| GatherError::Write {
        path: std::env::temp_dir(),
        source,
    })?;
    match theme {
        Theme::Guns => guns(&mut text, &mut random),
        Theme::Fireworks => fireworks(&mut text, &mut random),
        Theme::Others => others(&mut text, &mut random),
        Theme::Recorded => {
            let choice: Vec<&Sound> = sounds.iter().filter(|c| c.origin == Origin::Clip).collect();
            if let Some(clip) = choice.choose(&mut random) {
                recorded(&mut text, &mut random, clip, folder.path())?;
                // Held back together with the clip as it lies.
                source.clone_from(&clip.source);
                fold = clip.fold;
                kind.clone_from(&clip.kind);
            }
        }
    }
    let path = folder.path().join("scene.toml");
    std::fs::write(&path, &text).map_err(|source| GatherError::Write {
        path: path.clone(),
        source,
    })?;
    let scene = Scene::load(&path)?;
    let played = simulate(&scene);
    let mut events: Vec<(Class, &str, &[TruthArrival])> = Vec::new();
    for shot in &played.truth.shots {
        events.push((Class::Gunfire, &shot.firearm, &shot.arrivals));
    }
    for sound in &played.truth.sounds {
        // The launch, the burst and the crackles of a shell are sounds of their own.
        let class = if sound.kind.starts_with("fire") {
            Class::Firework
        } else {
            Class::Other
        };
        events.push((class, &sound.kind, &sound.arrivals));
    }
    let recordings = played
        .recordings
        .iter()
        .enumerate()
        .map(|(sensor, recording)| {
            let rate_hz = f64::from(recording.sample_rate_hz);
            let fronts = fronts(&events, sensor, &recording.start);
            let audio = Audio {
                samples: recording.samples.clone(),
                rate_hz,
            };
            let labelled = onsets(&audio)
                .into_iter()
                .filter_map(|(at_s, row)| {
                    let (class, event, kind) = name(&fronts, at_s, &kind)?;
                    Some(Labelled {
                        row,
                        class,
                        kind,
                        event,
                    })
                })
                .collect();
            let listened = Listened {
                origin: Origin::Scene,
                chain: Chain::AsItLies,
                source: source.clone(),
                fold,
                kind: kind.clone(),
                duration_s: DURATION_S,
            };
            (listened, labelled)
        });
    Ok(Batch {
        recordings: recordings.collect(),
        n_events: events.len(),
    })
}

/// A wavefront at one sensor.
struct Front<'a> {
    time_s: f64,
    class: Class,
    kind: &'a str,
    event: usize,
}

fn fronts<'a>(
    events: &[(Class, &'a str, &'a [TruthArrival])],
    sensor: usize,
    start: &shotfix_simulator::Timestamp,
) -> Vec<Front<'a>> {
    let mut fronts = Vec::new();
    for (event, &(class, kind, arrivals)) in events.iter().enumerate() {
        let Some(arrival) = arrivals.get(sensor) else {
            continue;
        };
        let Ok(time) = arrival.time.parse::<shotfix_simulator::Timestamp>() else {
            continue;
        };
        let time_s = time.duration_since(*start).as_secs_f64();
        fronts.push(Front {
            time_s,
            class,
            kind,
            event,
        });
        if let Some(crack) = &arrival.crack {
            let time_s = time_s - arrival.delay_s + crack.delay_s;
            fronts.push(Front {
                time_s,
                class,
                kind,
                event,
            });
        }
    }
    fronts
}

/// What an onset was; `None` if that cannot be said.
fn name(fronts: &[Front<'_>], at_s: f64, scene: &str) -> Option<(Class, Option<usize>, String)> {
    let own = fronts
        .iter()
        .filter(|f| (-EARLY_S..LATE_S).contains(&(at_s - f.time_s)))
        .min_by(|a, b| (a.time_s - at_s).abs().total_cmp(&(b.time_s - at_s).abs()));
    if let Some(front) = own {
        return Some((front.class, Some(front.event), front.kind.to_owned()));
    }
    let in_echoes = fronts
        .iter()
        .any(|f| f.class != Class::Other && (-EARLY_S..ECHOES_S).contains(&(at_s - f.time_s)));
    (!in_echoes).then(|| (Class::Other, None, scene.to_owned()))
}

/// Sensors, air, noise and echoes.
fn stage(random: &mut ChaCha8Rng) -> String {
    let mut text = String::new();
    let rate = RATES_HZ.choose(random).copied().unwrap_or(48_000);
    let place = ["rural", "suburb", "city", "traffic"]
        .choose(random)
        .copied()
        .unwrap_or("city");
    let wind: f64 = random.random_range(0.0..7.0);
    let heading: f64 = random.random_range(0.0..std::f64::consts::TAU);
    let _ = write!(
        text,
        "duration_s = {DURATION_S}\nseed = {}\nsample_rate_hz = {rate}\n\
         [atmosphere]\ntemperature_c = {:.1}\nwind_east_m_s = {:.2}\nwind_north_m_s = {:.2}\n\
         [noise]\nplace = \"{place}\"\nhour = {}\nspread_db = 4\nwander_db = 2\nwind_noise = {}\nwindscreen_db = 20\n",
        random.random_range(1..1_000_000),
        random.random_range(-10.0..35.0),
        wind * heading.cos(),
        wind * heading.sin(),
        random.random_range(0..24),
        random.random_bool(0.5),
    );
    let _ = write!(
        text,
        "[ground]\nreflection = {:.2}\n[echoes]\ncount_max = {}\ndelay_mean_s = {:.3}\n",
        random.random_range(0.3..0.95),
        random.random_range(0..8),
        random.random_range(0.02..0.2),
    );
    if random.random_bool(0.6) {
        let _ = write!(
            text,
            "[tail]\nlevel_db = {:.1}\ndecay_s = {:.2}\n",
            random.random_range(-18.0..-3.0),
            random.random_range(0.3..2.0),
        );
    }
    let _ = write!(
        text,
        "[microphone]\nclock_sigma_s = 0\nfull_scale_db_spl = {:.1}\nnoise_db_spl = {:.1}\n",
        random.random_range(90.0..135.0),
        random.random_range(20.0..45.0),
    );
    if random.random_bool(0.5) {
        let _ = writeln!(text, "low_cut_hz = {:.1}", random.random_range(10.0..200.0));
    }
    if random.random_bool(0.4) {
        let most = 0.45 * f64::from(rate);
        let _ = writeln!(
            text,
            "high_cut_hz = {:.1}",
            random.random_range(2_000.0_f64.min(0.8 * most)..most)
        );
    }
    // From a few metres to a few streets away.
    for sensor in 0..SENSORS {
        let range_m = 4.0 * 150.0_f64.powf(random.random_range(0.0..1.0));
        let azimuth: f64 = random.random_range(0.0..std::f64::consts::TAU);
        let _ = write!(
            text,
            "[[sensor]]\nid = \"S{sensor}\"\neast = {:.1}\nnorth = {:.1}\nheight_m = {:.1}\n",
            range_m * azimuth.cos(),
            range_m * azimuth.sin(),
            random.random_range(1.5..15.0),
        );
    }
    text
}

fn guns(text: &mut String, random: &mut ChaCha8Rng) {
    let mut time_s = random.random_range(2.0..3.0);
    while time_s < DURATION_S - 2.0 {
        let firearm = FIREARMS.choose(random).copied().unwrap_or("9mm");
        let rounds = if random.random_bool(0.5) {
            1
        } else {
            random.random_range(2..6)
        };
        let interval_s = random.random_range(0.08..0.6);
        let _ = write!(
            text,
            "[[burst]]\ntime_s = {time_s:.3}\neast = {:.1}\nnorth = {:.1}\nfirearm = \"{firearm}\"\n\
             rounds = {rounds}\ninterval_s = {interval_s:.3}\nlevel_sigma_db = 1\n",
            random.random_range(-2.0..2.0),
            random.random_range(-2.0..2.0),
        );
        if random.random_bool(0.7) {
            let _ = writeln!(text, "azimuth_deg = {:.0}", random.random_range(0.0..360.0));
        }
        time_s += f64::from(rounds) * interval_s + random.random_range(1.5..3.0);
    }
}

fn fireworks(text: &mut String, random: &mut ChaCha8Rng) {
    let mut time_s = random.random_range(2.0..3.0);
    while time_s < DURATION_S - 3.0 {
        let east: f64 = random.random_range(-2.0..2.0);
        let place = format!("time_s = {time_s:.3}\neast = {east:.1}\nnorth = 0\n");
        if random.random_bool(0.55) {
            let _ = write!(
                text,
                "[[sound]]\nkind = \"firecracker\"\n{place}charge_g = {:.3}\ncount = {}\ninterval_s = {:.3}\ninterval_spread_s = 0.03\n",
                0.02 * 200.0_f64.powf(random.random_range(0.0..1.0)),
                if random.random_bool(0.5) {
                    1
                } else {
                    random.random_range(2..12)
                },
                random.random_range(0.06..0.4),
            );
        } else {
            let _ = write!(
                text,
                "[[sound]]\nkind = \"firework\"\n{place}caliber_mm = {:.0}\ncount = 1\ncrackles = {}\nwhistle = {}\n",
                random.random_range(30.0..125.0),
                if random.random_bool(0.4) {
                    random.random_range(10..120)
                } else {
                    0
                },
                random.random_bool(0.3),
            );
        }
        time_s += random.random_range(1.5..4.0);
    }
}

fn others(text: &mut String, random: &mut ChaCha8Rng) {
    for _ in 0..2 {
        let kind = OTHERS.choose(random).copied().unwrap_or("hammer");
        let _ = write!(
            text,
            "[[sound]]\nkind = \"{kind}\"\neast = {:.1}\nnorth = {:.1}\ntime_s = {:.2}\n",
            random.random_range(-2.0..2.0),
            random.random_range(-2.0..2.0),
            random.random_range(0.5..4.0),
        );
        if kind == "hammer" {
            let surface = ["wood", "steel", "stone"]
                .choose(random)
                .copied()
                .unwrap_or("wood");
            let _ = writeln!(text, "surface = \"{surface}\"");
        }
    }
}

/// Plays a clip, loud, at the place of the shots.
fn recorded(
    text: &mut String,
    random: &mut ChaCha8Rng,
    clip: &Sound,
    folder: &std::path::Path,
) -> Result<(), GatherError> {
    let Audio { samples, rate_hz } = &clip.audio;
    let path = folder.join("clip.wav");
    let failed = |error: hound::Error| GatherError::Write {
        path: path.clone(),
        source: std::io::Error::other(error),
    };
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: *rate_hz as u32,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut file = hound::WavWriter::create(&path, spec).map_err(failed)?;
    for &sample in samples {
        file.write_sample(sample).map_err(failed)?;
    }
    file.finalize().map_err(failed)?;
    let _ = write!(
        text,
        "[[sound]]\nkind = \"wav\"\nfile = \"clip.wav\"\neast = 0\nnorth = 0\ntime_s = 1\ncount = 2\n\
         interval_s = 7\nlevel_db_spl = {:.0}\n",
        random.random_range(95.0..140.0),
    );
    Ok(())
}
