//! Whole scenes, played: physics against closed forms, and the same bytes every time.

#![allow(clippy::unwrap_used)] // Helpers of tests count as outside them.

use shotfix_simulator::{
    ArrivalModel, Recording, Scene, Simulation, Truth, simulate, simulate_to_dir, write,
};

/// Reference pressure of dB SPL, pascals.
const REFERENCE_PA: f64 = 20e-6;

/// A scene without losses, noise or errors; `more` adds to it.
fn exact(top: &str, more: &str) -> Simulation {
    let text = format!(
        "format = \"float32\"\nduration_s = 4.0\n{top}\n\
         [microphone]\nposition_sigma_m = 0.0\nclock_sigma_s = 0.0\nfull_scale_db_spl = 130.0\n\
         {more}"
    );
    simulate(&Scene::from_toml(&text, "exact.toml").unwrap())
}

fn sensor(id: &str, east: f64, north: f64, up: f64, more: &str) -> String {
    format!("[[sensor]]\nid = \"{id}\"\neast = {east:?}\nnorth = {north:?}\nup = {up:?}\n{more}\n")
}

fn shot(time_s: f64, east: f64, north: f64, up: f64) -> String {
    format!("[[shot]]\ntime_s = {time_s:?}\neast = {east:?}\nnorth = {north:?}\nup = {up:?}\n")
}

/// When the front stands half-way up, seconds after the first sample of the recording.
///
/// The height of the front is unknown at low rates, where the peak is rounded off, so the pulse
/// is compared with the same pulse rendered at a known time and at every sub-sample shift.
fn onset_s(recording: &Recording) -> f64 {
    let rate_hz = f64::from(recording.sample_rate_hz);
    let peak = recording.samples.iter().fold(0f32, |m, x| m.max(*x));
    let loud = recording.samples.iter().position(|x| *x == peak).unwrap();
    // Blast of the 9 mm in `exact`: positive phase 1 / (2 pi 450 Hz).
    let positive_s = 1.0 / (std::f64::consts::TAU * 450.0);
    let template = |onset: f64, n: f64| filtered_blast(positive_s * rate_hz, n - onset);
    let misfit = |onset: f64| {
        let window = loud.saturating_sub(8)..(loud + 16).min(recording.samples.len());
        let pairs: Vec<(f64, f64)> = window
            .map(|n| (f64::from(recording.samples[n]), template(onset, n as f64)))
            .collect();
        let gain = pairs.iter().map(|(x, y)| x * y).sum::<f64>()
            / pairs.iter().map(|(_, y)| y * y).sum::<f64>();
        pairs
            .iter()
            .map(|(x, y)| (x - gain * y).powi(2))
            .sum::<f64>()
    };
    // The misfit is a parabola near its minimum: narrow a bracket by thirds.
    let (mut low, mut high) = (loud as f64 - 3.0, loud as f64 + 1.0);
    for _ in 0..60 {
        let third = (high - low) / 3.0;
        if misfit(low + third) < misfit(high - third) {
            high -= third;
        } else {
            low += third;
        }
    }
    0.5 * (low + high) / rate_hz
}

/// A Friedlander wave of unit peak through the cubic B-spline, by quadrature; times in samples.
fn filtered_blast(positive: f64, time: f64) -> f64 {
    let spline = |x: f64| {
        let x = x.abs();
        match x {
            x if x < 1.0 => 2.0 / 3.0 - x * x + 0.5 * x * x * x,
            x if x < 2.0 => (2.0 - x).powi(3) / 6.0,
            _ => 0.0,
        }
    };
    let high = time.min(2.0);
    if high <= -2.0 {
        return 0.0;
    }
    let step = (high + 2.0) / 400.0;
    (0..400)
        .map(|i| {
            let x = -2.0 + (f64::from(i) + 0.5) * step;
            let age = (time - x) / positive;
            spline(x) * (1.0 - age) * (-age).exp() * step
        })
        .sum()
}

#[test]
fn fronts_arrive_within_a_microsecond_at_every_rate_and_range() {
    let air = "[atmosphere]\nabsorption = false\ntemperature_c = 20.0\n\
               relative_humidity_percent = 50.0\n";
    for rate_hz in [8_000, 12_000, 16_000, 44_100, 48_000, 96_000] {
        let ranges_m = [17.3, 123.4, 512.71, 900.09];
        let sensors: String = ranges_m
            .iter()
            .enumerate()
            .map(|(i, east)| sensor(&format!("R{i}"), *east, 0.0, 1.5, ""))
            .collect();
        let top = format!("sample_rate_hz = {rate_hz}");
        let simulation = exact(&top, &format!("{air}{sensors}{}", shot(0.7, 0.0, 0.0, 1.5)));
        for (recording, range_m) in simulation.recordings.iter().zip(ranges_m) {
            // Cramer at 20 C, 50 %, 0.04 % carbon dioxide: 343.986 m/s, see medium.rs.
            let speed = simulation.truth.atmosphere.speed_of_sound_m_s;
            assert!((speed - 343.99).abs() < 0.05);
            let error_s = onset_s(recording) - 0.7 - range_m / speed;
            assert!(
                error_s.abs() < 1e-6,
                "{rate_hz} Hz {range_m} m: {error_s} s"
            );
        }
    }
}

#[test]
fn level_falls_by_6_db_with_each_doubling_of_range() {
    let air = "[atmosphere]\nabsorption = false\n";
    let sensors: String = [50.0, 100.0, 200.0, 400.0]
        .iter()
        .map(|east| sensor(&format!("R{east}"), *east, 0.0, 1.5, ""))
        .collect();
    let simulation = exact(
        "sample_rate_hz = 192000",
        &format!("{air}{sensors}{}", shot(0.5, 0.0, 0.0, 1.5)),
    );
    for arrival in &simulation.truth.shots[0].arrivals {
        // 153 dB at 1 m. The front is up after two samples, 10.4 us; meanwhile the wave falls by
        // 2 * 10.4 us / 0.354 ms = 5.9 %, 0.53 dB.
        let expected = 153.0 - 20.0 * arrival.range_m.log10();
        let lost = expected - arrival.level_db_spl;
        assert!(
            (0.0..0.53).contains(&lost),
            "{} m: {lost} dB",
            arrival.range_m
        );
    }
    // Energy does not depend on where the samples fall.
    let energy = |recording: &Recording| -> f64 {
        recording
            .samples
            .iter()
            .map(|x| f64::from(*x).powi(2))
            .sum()
    };
    for pair in simulation.recordings.windows(2) {
        let fall_db = 10.0 * (energy(&pair[0]) / energy(&pair[1])).log10();
        assert!((fall_db - 20.0 * 2f64.log10()).abs() < 0.01, "{fall_db}");
    }
    // The samples say the same as the truth.
    for (recording, arrival) in simulation
        .recordings
        .iter()
        .zip(&simulation.truth.shots[0].arrivals)
    {
        let peak = recording.samples.iter().fold(0f32, |m, x| m.max(x.abs()));
        let pressure_pa = f64::from(peak) * REFERENCE_PA * 10f64.powf(130.0 / 20.0);
        let level = 20.0 * (pressure_pa / REFERENCE_PA).log10();
        assert!((level - arrival.level_db_spl).abs() < 1e-3);
    }
}

#[test]
fn a_clock_that_is_ahead_hears_later() {
    let sensors = sensor("true", 200.0, 0.0, 1.5, "")
        + &sensor("ahead", -200.0, 0.0, 1.5, "clock_offset_s = 0.01");
    let air = "[atmosphere]\nabsorption = false\n";
    let simulation = exact("", &format!("{air}{sensors}{}", shot(0.5, 0.0, 0.0, 1.5)));
    let [right, ahead] = &simulation.recordings[..] else {
        panic!("two recordings");
    };
    // 0.01 s are 480 whole samples.
    let peak = right.samples.iter().fold(0f32, |m, x| m.max(x.abs()));
    let pairs = right.samples[..100_000].iter().zip(&ahead.samples[480..]);
    assert!(peak > 0.0 && { pairs }.all(|(a, b)| (a - b).abs() < 1e-6 * peak));
    let arrivals = &simulation.truth.shots[0].arrivals;
    assert_eq!(arrivals[0].time, arrivals[1].time);
}

#[test]
fn echoes_repeat_from_round_to_round() {
    let more = format!(
        "[echoes]\ncount_min = 3\ncount_max = 5\ndelay_mean_s = 0.05\n{}\
         [[burst]]\ntime_s = 0.5\nrounds = 3\ninterval_s = 1.0\neast = 20.0\nnorth = 30.0\n",
        sensor("A", 150.0, -80.0, 6.0, "")
    );
    let simulation = exact("", &more);
    let samples = &simulation.recordings[0].samples;
    let (first, second) = (&samples[30_000..70_000], &samples[78_000..118_000]);
    let peak = first.iter().fold(0f32, |m, x| m.max(x.abs()));
    // Single precision, and rounding of the fractional delays.
    assert!(
        first
            .iter()
            .zip(second)
            .all(|(a, b)| (a - b).abs() < 1e-6 * peak)
    );
    // There are echoes: bursts of sound later than the direct blast's 7 ms.
    let direct = first.iter().position(|x| x.abs() == peak).unwrap();
    let late = first[direct + 500..]
        .iter()
        .fold(0f32, |m, x| m.max(x.abs()));
    assert!(late > 0.1 * peak);
}

#[test]
fn a_mirrored_scene_sounds_the_same() {
    let play = |side: f64| {
        let more = format!(
            "[atmosphere]\nwind_east_m_s = {:?}\nwind_north_m_s = 2.0\n[ground]\n[echoes]\n\
             [noise]\n{}{}{}",
            4.0 * side,
            sensor("A", 150.0 * side, -80.0, 6.0, ""),
            sensor("B", -330.0 * side, 20.0, 9.0, ""),
            shot(0.5, 12.0 * side, -7.0, 1.5),
        );
        exact("", &more)
    };
    let (east, west) = (play(1.0), play(-1.0));
    for (a, b) in east.recordings.iter().zip(&west.recordings) {
        assert!(a.samples == b.samples, "{}", a.station.id);
    }
}

#[test]
fn silence_holds_noise_of_the_level_asked_for() {
    for (noise, level) in [("[noise]\nambient_db_spl = 55.0\n", 55.0), ("", 35.0)] {
        let own = if noise.is_empty() {
            "noise_db_spl = 35.0"
        } else {
            ""
        };
        let more = format!("{noise}{}", sensor("A", 0.0, 0.0, 6.0, own));
        let simulation = exact("", &more);
        let samples = &simulation.recordings[0].samples;
        let square: f64 = samples.iter().map(|x| f64::from(*x).powi(2)).sum();
        let rms_db = 130.0 + 10.0 * (square / samples.len() as f64).log10();
        assert!((rms_db - level).abs() < 0.5, "{rms_db} for {level}");
    }
}

#[test]
fn one_sensor_less_leaves_the_others_as_they_were() {
    let parts = [
        sensor("A", 150.0, -80.0, 6.0, ""),
        sensor("B", -330.0, 20.0, 9.0, ""),
    ];
    let scene = |sensors: &str| {
        let rest = format!("[noise]\n[echoes]\n{sensors}{}", shot(0.5, 12.0, -7.0, 1.5));
        exact("", &rest)
    };
    let (both, one) = (scene(&parts.concat()), scene(&parts[1]));
    assert!(both.recordings[1] == one.recordings[0]);
}

#[test]
fn same_bytes_for_any_number_of_threads_and_both_ways_of_writing() {
    let scene = Scene::preset("neighbourhood").unwrap();
    let play = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let dir = tempfile::tempdir().unwrap();
        pool.install(|| simulate_to_dir(&scene, dir.path()))
            .unwrap();
        dir
    };
    let in_memory = tempfile::tempdir().unwrap();
    let simulation = simulate(&scene);
    let written = write(&simulation, in_memory.path()).unwrap();
    assert_eq!(written.recordings.len(), 12);
    assert_eq!(written.clipped, 0);
    let (one, two) = (play(1), play(2));
    let mut files = 0;
    for entry in std::fs::read_dir(in_memory.path()).unwrap() {
        let name = entry.unwrap().file_name();
        let bytes = |dir: &tempfile::TempDir| std::fs::read(dir.path().join(&name)).unwrap();
        let expected = bytes(&in_memory);
        assert!(
            bytes(&one) == expected && bytes(&two) == expected,
            "{name:?}"
        );
        files += 1;
    }
    assert_eq!(files, 14);

    // The files hold what the memory holds.
    let wav = in_memory.path().join("S01_20260712T043107.000Z.wav");
    let mut reader = hound::WavReader::open(wav).unwrap();
    assert_eq!(reader.spec().sample_rate, 48_000);
    let samples = reader
        .samples::<i16>()
        .map(|x| f32::from(x.unwrap()) / 32_768.0);
    assert!(samples.eq(simulation.recordings[0].samples.iter().copied()));
    let json = std::fs::read(in_memory.path().join("truth.json")).unwrap();
    let truth: Truth = serde_json::from_slice(&json).unwrap();
    assert_eq!(truth.shots.len(), 4);
    let pairs = truth.shots.iter().zip(&simulation.truth.shots);
    for (read, played) in pairs.flat_map(|(a, b)| a.arrivals.iter().zip(&b.arrivals)) {
        assert_eq!((&read.sensor, &read.time), (&played.sensor, &played.time));
        // The reader of JSON may be off by the last bit.
        assert!((read.delay_s - played.delay_s).abs() < 1e-12);
    }
}

#[test]
fn every_shot_of_the_easy_presets_is_heard_by_most_sensors() {
    for name in ["free-field", "quiet-night", "neighbourhood"] {
        let simulation = simulate(&Scene::preset(name).unwrap());
        for shot in &simulation.truth.shots {
            // 20 dB above the ambient RMS of the noisiest of them.
            let loud = |a: &&shotfix_simulator::TruthArrival| a.recorded && a.level_db_spl > 72.0;
            let heard = shot.arrivals.iter().filter(loud).count();
            assert!(2 * heard > shot.arrivals.len(), "{name}: {heard}");
        }
    }
}

/// Among buildings some sensors stand in the shadow; enough to locate by do not.
#[test]
fn every_shot_of_every_preset_reaches_four_sensors() {
    for preset in Scene::presets() {
        let scene = Scene::preset(preset.name).unwrap();
        for arrivals in ArrivalModel::new(&scene).hear_scene() {
            assert!(arrivals.len() >= 4, "{}: {}", preset.name, arrivals.len());
        }
    }
}
