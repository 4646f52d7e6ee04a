//! The public recordings, read where they lie. Their values are in the files themselves and were
//! read out independently (Python: `zlib.decompress`, `json`, `struct`).

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::path::{Path, PathBuf};

use shotfix_core::Enu;
use shotfix_datasets::{Layout, OpenOptions, RecordingSet, find_tests, open_set, probe};

/// The data folder, or `None` with a message when it is not there.
fn data(part: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SHOTFIX_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
        PathBuf::from,
    );
    let path = root.join(part);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "SKIPPED: {} is missing; set SHOTFIX_DATA to the folder of public recordings",
        path.display()
    );
    None
}

fn open(path: &Path) -> RecordingSet {
    open_set(&[path.to_owned()], &OpenOptions::default()).unwrap()
}

#[test]
fn val_pittsburgh_test_001() {
    let Some(dir) = data("pittsburgh/FP1/test_001") else {
        return;
    };
    let set = open(&dir);
    assert_eq!(
        (set.name.as_str(), set.layout),
        ("test_001", Layout::LiveFire)
    );
    assert!(set.warnings.is_empty(), "{:?}", set.warnings);
    assert_eq!(set.recordings.len(), 6);
    assert!(set.array.frame().is_none());
    let first = set.array.find("SCP-00-BNG-5567").unwrap();
    let place = Enu::new(-11625.3960530303, 3373.84941826388, -125.0920693662);
    assert_eq!(set.array.sensor(first).position, place);
    assert_eq!(set.array.sensor(first).full_scale_db_spl, Some(93.0));
    for recording in &set.recordings {
        assert_eq!(recording.sample_rate_hz, 12_000.0);
        assert_eq!(recording.duration().0, 10.0);
        assert_eq!(recording.start, "2018-12-19T00:49:26.000Z".parse().unwrap());
        let mut reader = recording.open().unwrap();
        let mut samples = vec![0.0; 200_000];
        assert_eq!(reader.read(&mut samples).unwrap(), 120_000);
        assert!(samples.iter().any(|s| s.abs() > 0.001));
        assert_eq!(reader.non_finite(), 0);
    }
    let air = set.atmosphere.unwrap();
    assert_eq!(air.temperature_c.mean, 0.0);
    assert_eq!((air.wind.east.mean, air.wind.east.sigma), (0.0, 1.0));
    let truth = set.truth.unwrap();
    assert_eq!(truth.firing_position.as_deref(), Some("FP1"));
    assert_eq!(truth.firearm.as_deref(), Some("45 Cal Automatic Handgun"));
    assert_eq!(truth.rounds.len(), 3);
    let place = Enu::new(-11450.2046110589, 3653.51602554694, -92.8580693662);
    assert!(
        truth
            .rounds
            .iter()
            .all(|r| r.position == place && r.time.is_none())
    );
}

#[test]
fn val_every_pittsburgh_test_opens() {
    let Some(dir) = data("pittsburgh") else {
        return;
    };
    let tests = find_tests(&dir).unwrap();
    assert_eq!(tests.len(), 5 * 18);
    for test in tests {
        let set = open(&test);
        assert!(set.recordings.len() >= 3, "{}", test.display());
        assert!(set.truth.is_some_and(|t| !t.rounds.is_empty()));
    }
}

#[test]
fn several_tests_are_not_one_set() {
    let Some(dir) = data("pittsburgh") else {
        return;
    };
    // Every test has GPS fixes of its own, so the same sensor lies elsewhere in each.
    let both = open_set(&[dir.join("FP1")], &OpenOptions::default());
    let error = both.unwrap_err().to_string();
    assert!(error.contains("bench locate"), "{error}");
}

#[test]
fn val_chicago_evidence() {
    let Some(dir) = data("self-describing/chicago-556267") else {
        return;
    };
    let set = open(&dir);
    assert_eq!(set.layout, Layout::SelfDescribing);
    assert!(set.warnings.is_empty(), "{:?}", set.warnings);
    let frame = set.array.frame().unwrap();
    let expected = [
        (
            "SCP-00-BNG-3866",
            41.694887,
            -87.625518,
            193.777274181801,
            "2022-09-18T05:20:54.431Z",
        ),
        (
            "SCP-00-BNG-4089",
            41.697987,
            -87.633597,
            195.632161277473,
            "2022-09-18T05:20:54.178Z",
        ),
        (
            "SCP-00-BNG-4827",
            41.693887,
            -87.63031,
            194.214611078722,
            "2022-09-18T05:20:53.557Z",
        ),
        (
            "SCP-00-BNG-4922",
            41.695707,
            -87.630295,
            194.014017648927,
            "2022-09-18T05:20:53.332Z",
        ),
    ];
    assert_eq!(set.recordings.len(), 4);
    for (recording, (id, latitude, longitude, height, start)) in set.recordings.iter().zip(expected)
    {
        let sensor = set.array.sensor(recording.sensor);
        assert_eq!(sensor.id, id);
        let place = frame.to_geodetic(sensor.position);
        // 1e-9 degrees is 0.1 mm.
        assert!((place.latitude_deg - latitude).abs() < 1e-9);
        assert!((place.longitude_deg - longitude).abs() < 1e-9);
        assert!((place.height_m - height).abs() < 1e-4);
        assert_eq!(recording.start, start.parse().unwrap());
        assert_eq!(
            (recording.frames, recording.sample_rate_hz),
            (24_000, 12_000.0)
        );
        assert_eq!(sensor.full_scale_db_spl, Some(93.09));
    }
    let air = set.atmosphere.unwrap();
    assert_eq!(air.temperature_c.mean, 25.0);
    assert_eq!(air.relative_humidity_percent.mean, 50.0);
    // 6.68777 m/s from 210 degrees: east 6.68777 sin 30, north 6.68777 cos 30.
    assert!((air.wind.east.mean - 3.343885).abs() < 1e-5);
    assert!((air.wind.north.mean - 5.791779).abs() < 1e-5);
}

#[test]
fn val_scepter_clock_error() {
    let Some(dir) = data("self-describing/scepter-test") else {
        return;
    };
    let set = open(&dir);
    assert_eq!(set.recordings.len(), 1);
    assert_eq!(set.array.sensors()[0].clock_sigma_s, 2.4072e-5);
    assert_eq!(set.recordings[0].duration().0, 8.0);
}

#[test]
fn val_opensoundscape_localisation() {
    let Some(dir) = data("localization/opensoundscape") else {
        return;
    };
    let set = open(&dir);
    assert_eq!(set.layout, Layout::Coordinates);
    assert_eq!(set.recordings.len(), 6);
    let sensor = set.array.find("LOCA_2021_09_24_652_7").unwrap();
    let place = Enu::new(0.7710000000079162, 19.14699999988079, 14.392);
    assert_eq!(set.array.sensor(sensor).position, place);
    for recording in &set.recordings {
        assert_eq!(recording.start, "2021-09-24T06:52:00Z".parse().unwrap());
        assert_eq!(
            (recording.frames, recording.sample_rate_hz),
            (22_050, 22_050.0)
        );
    }
    // Two lines of the table have no audio here, and there is no weather.
    assert_eq!(set.warnings.len(), 2, "{:?}", set.warnings);
}

#[test]
fn val_esc10_clips_are_five_seconds() {
    let Some(dir) = data("sounds/esc10") else {
        return;
    };
    let mut seen = 0;
    for class in std::fs::read_dir(dir).unwrap() {
        let class = class.unwrap().path();
        if !class.is_dir() {
            continue;
        }
        let Some(clip) = std::fs::read_dir(class)
            .unwrap()
            .map(|f| f.unwrap().path())
            .find(|p| p.extension().is_some_and(|e| e == "ogg"))
        else {
            continue;
        };
        let audio = probe(&clip).unwrap();
        assert_eq!(audio.sample_rate_hz, 44_100.0);
        let seconds = audio.duration().unwrap().0;
        assert!(
            (4.9..5.1).contains(&seconds),
            "{}: {seconds}",
            clip.display()
        );
        let mut reader = audio.open(0).unwrap();
        let mut samples = vec![0.0; 300_000];
        let n = reader.read(&mut samples).unwrap();
        assert_eq!(Some(n as u64), audio.frames);
        assert!(samples.iter().all(|s| s.abs() <= 1.5));
        assert_eq!(reader.damaged_packets(), 0);
        seen += 1;
    }
    assert_eq!(seen, 10);
}

#[test]
fn damaged_ogg_never_panics() {
    let Some(dir) = data("sounds/esc10/dog-bark") else {
        return;
    };
    let clip = std::fs::read_dir(dir)
        .unwrap()
        .map(|f| f.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "ogg"))
        .unwrap();
    let good = std::fs::read(clip).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.ogg");
    // A linear congruential generator (Knuth, MMIX): the same damage in every run.
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for round in 0..60 {
        let mut bytes = good.clone();
        for _ in 0..1 + round % 20 {
            // Every other round damages the headers, the rest anything.
            let reach = if round % 2 == 0 { 4500 } else { bytes.len() };
            let at = random(reach.min(bytes.len()));
            bytes[at] = random(256) as u8;
        }
        if round % 3 == 0 {
            bytes.truncate(1 + random(good.len()));
        }
        std::fs::write(&path, &bytes).unwrap();
        if let Ok(mut reader) = probe(&path).and_then(|a| a.open(0)) {
            let mut out = [0.0; 4096];
            while reader.read(&mut out).is_ok_and(|n| n == out.len()) {}
        }
    }
}
