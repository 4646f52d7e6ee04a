//! Sets written for the test: every layout, and every way a set can be bad.

#![allow(clippy::unwrap_used)]

mod support;

use std::path::{Path, PathBuf};

use shotfix_core::Enu;
use shotfix_datasets::{
    Error, Layout, OpenOptions, RecordingSet, WeatherSource, find_tests, open_set,
};
use support::{bext, chunk, comment, flac, fmt, put, riff, wav16};
use tempfile::{TempDir, tempdir};

fn open(dir: &Path) -> Result<RecordingSet, Error> {
    open_set(&[dir.to_owned()], &OpenOptions::default())
}

fn ids(set: &RecordingSet) -> Vec<&str> {
    set.recordings
        .iter()
        .map(|r| set.array.sensor(r.sensor).id.as_str())
        .collect()
}

fn warned(set: &RecordingSet, words: &[&str]) -> bool {
    set.warnings
        .iter()
        .any(|w| words.iter().all(|word| w.contains(word)))
}

fn array_toml(sensors: usize, extra: &str) -> String {
    let mut text = "[atmosphere]\ntemperature_c = 10.0\n".to_owned();
    for n in 1..=sensors {
        let east = 100 * n;
        text += &format!(
            "[[sensor]]\nid = \"S{n}\"\nposition = {{ east = {east}.0, north = {n}.0 }}\n{extra}\n"
        );
    }
    text
}

/// A folder with `array.toml` of `n` sensors and a second of sound of each.
fn plain_set(n: usize) -> TempDir {
    let dir = tempdir().unwrap();
    put(dir.path(), "array.toml", array_toml(n, ""));
    for i in 1..=n {
        put(
            dir.path(),
            &format!("S{i}_20181219T004926.000Z.wav"),
            wav16(8000, 8000, &[]),
        );
    }
    dir
}

#[test]
fn an_array_with_wav_flac_and_consecutive_files() {
    let dir = plain_set(3);
    put(
        dir.path(),
        "S1_20181219T004927.000Z.wav",
        wav16(8000, 8000, &[]),
    );
    put(
        dir.path(),
        "S4_20181219T004926.500Z.flac",
        flac(48_000, &[5; 1920]),
    );
    put(
        dir.path(),
        "array.toml",
        array_toml(4, "full_scale_db_spl = 120.0"),
    );
    put(
        dir.path(),
        "truth.json",
        r#"{"schema":"shotfix.truth/1","seed":7,"shots":[
        {"time":"2018-12-19T00:49:26.250Z","position":{"east":1.0,"north":2.0,"up":3.0},"firearm":"9 mm","level":1}]}"#,
    );
    let set = open(dir.path()).unwrap();
    assert_eq!(set.layout, Layout::Array);
    assert!(set.warnings.is_empty(), "{:?}", set.warnings);
    assert_eq!(ids(&set), ["S1", "S1", "S2", "S3", "S4"]);
    assert_eq!(
        set.recordings[1].start,
        "2018-12-19T00:49:27Z".parse().unwrap()
    );
    assert_eq!(set.recordings[4].sample_rate_hz, 48_000.0);
    assert_eq!(set.array.sensors()[3].full_scale_db_spl, Some(120.0));
    assert_eq!(set.atmosphere.unwrap().temperature_c.mean, 10.0);
    let truth = set.truth.unwrap();
    assert_eq!(truth.rounds[0].position, Enu::new(1.0, 2.0, 3.0));
    assert_eq!(
        truth.rounds[0].time,
        Some("2018-12-19T00:49:26.25Z".parse().unwrap())
    );
    assert_eq!(truth.firearm.as_deref(), Some("9 mm"));
    assert_eq!(find_tests(dir.path()).unwrap(), [dir.path()]);
}

#[test]
fn one_multichannel_file() {
    let dir = tempdir().unwrap();
    let data: Vec<u8> = (0..800_i16)
        .flat_map(|i| [i, 0, -i].map(i16::to_le_bytes).concat())
        .collect();
    let wav = riff(&[chunk(b"fmt ", &fmt(1, 3, 8000, 16)), chunk(b"data", &data)]);
    put(dir.path(), "concert.wav", wav);
    let mut array = "start = 2018-12-19T00:49:26Z\n".to_owned();
    for (id, channel) in [("L", 0), ("C", 1), ("R", 2)] {
        array += &format!(
            "[[sensor]]\nid = \"{id}\"\nposition = {{ east = {channel}.0, north = 0.0 }}\nchannel = {channel}\n"
        );
    }
    put(dir.path(), "array.toml", array);
    let set = open(dir.path()).unwrap();
    assert_eq!(ids(&set), ["L", "C", "R"]);
    let mut last = [0.0; 800];
    assert_eq!(
        set.recordings[2].open().unwrap().read(&mut last).unwrap(),
        800
    );
    assert_eq!(last[100], -100.0 / 32768.0);
}

#[test]
fn csv_positions_and_geodetic_truth() {
    let dir = plain_set(3);
    std::fs::remove_file(dir.path().join("array.toml")).unwrap();
    put(
        dir.path(),
        "array.csv",
        "id,latitude,longitude,height\nS1,40.0,-80.0,300\nS2,40.001,-80.0,300\nS3,40.002,-80.0,300\n",
    );
    put(
        dir.path(),
        "truth.json",
        r#"{"shots":[{"position":{"latitude":40.001,"longitude":-80.0,"height":300.0}}]}"#,
    );
    let set = open(dir.path()).unwrap();
    // The middle sensor is the mean of the three, so the origin; the shot is there.
    let origin = set.array.frame().unwrap().origin();
    assert!((origin.latitude_deg - 40.001).abs() < 1e-12);
    let shot = set.truth.as_ref().unwrap().rounds[0].position;
    assert!(shot.distance_m(Enu::default()) < 1e-6, "{shot:?}");
    assert!(warned(&set, &["no weather", "--weather"]));
}

#[test]
fn audiomoth_and_broadcast_need_an_array_file() {
    let dir = tempdir().unwrap();
    let mut array = "id,east,north\n".to_owned();
    for n in 0..3 {
        let id = format!("24E144036036960{n}");
        array += &format!("{id},{n},{n}\n");
        let text =
            format!("Recorded at 14:12:00 05/10/2021 (UTC+1) by AudioMoth {id} at medium gain");
        put(
            dir.path(),
            &format!("card{n}/20211005_131200.WAV"),
            wav16(8000, 80, &[comment(&text)]),
        );
    }
    let error = open(dir.path()).unwrap_err().to_string();
    assert!(
        error.contains("no sensor positions") && error.contains("--array"),
        "{error}"
    );
    let outside = tempdir().unwrap();
    let options = OpenOptions {
        array: Some(put(outside.path(), "moths.csv", array)),
        weather: Some(WeatherSource::Inline("T=20,wind=2@90".into())),
        ..OpenOptions::default()
    };
    let set = open_set(&[dir.path().to_owned()], &options).unwrap();
    assert_eq!((set.layout, set.recordings.len()), (Layout::AudioMoth, 3));
    assert_eq!(
        set.recordings[0].start,
        "2021-10-05T13:12:00Z".parse().unwrap()
    );
    assert_eq!(set.array.sensors()[0].clock_sigma_s, 1e-3);
    assert!((set.atmosphere.unwrap().wind.east.mean + 2.0).abs() < 1e-12);

    let dir = tempdir().unwrap();
    for n in 1..=3_u64 {
        // Noon plus n milliseconds at 8 kHz.
        let chunk = bext(
            "2021-10-05",
            "12:00:00",
            43_200 * 8000 + 8 * n,
            &format!("s{n}"),
        );
        put(
            dir.path(),
            &format!("take{n}.wav"),
            wav16(8000, 80, &[chunk]),
        );
    }
    put(dir.path(), "array.toml", array_toml(3, ""));
    let set = open(dir.path()).unwrap();
    assert_eq!(
        (set.layout, ids(&set)),
        (Layout::Broadcast, vec!["S1", "S2", "S3"])
    );
    assert_eq!(
        set.recordings[1].start,
        "2021-10-05T12:00:00.002Z".parse().unwrap()
    );
}

#[test]
fn a_forced_layout_and_single_files() {
    let dir = plain_set(3);
    let options = OpenOptions {
        layout: Some(Layout::SelfDescribing),
        ..OpenOptions::default()
    };
    let error = open_set(&[dir.path().to_owned()], &options).unwrap_err();
    assert!(matches!(error, Error::NothingUsable { .. }), "{error}");
    // Two files named one by one bring the array file that lies beside them.
    let two: Vec<PathBuf> = [1, 2]
        .map(|n| dir.path().join(format!("S{n}_20181219T004926.000Z.wav")))
        .into();
    let set = open_set(&two, &OpenOptions::default()).unwrap();
    assert_eq!(ids(&set), ["S1", "S2"]);
    assert!(warned(&set, &["no recording of sensor S3"]));
}

#[test]
fn bad_files_among_good_ones_are_warnings() {
    let dir = plain_set(4);
    let good = wav16(8000, 8000, &[]);
    put(
        dir.path(),
        "S4_20181219T004926.000Z.wav",
        &good[..good.len() - 1000],
    );
    put(dir.path(), "empty.wav", b"");
    put(dir.path(), "header.wav", wav16(8000, 0, &[]));
    put(dir.path(), "text.wav", "a text");
    put(dir.path(), "S9_20181219T004926.000Z.wav", &good);
    put(dir.path(), "S2.wav", &good);
    put(dir.path(), "S3_copy_20181219T004926.000Z.wav", &good);
    let set = open(dir.path()).unwrap();
    assert_eq!(ids(&set), ["S1", "S2", "S3", "S4"]);
    assert_eq!(set.recordings[3].frames, 7500);
    for words in [
        ["S4_2018", "truncated"],
        ["empty.wav", "empty"],
        ["header.wav", "no samples"],
        ["text.wav", "no audio file"],
        ["S9_2018", "no sensor of"],
        ["S2.wav", "no start time"],
        ["S3_", "already has"],
    ] {
        assert!(warned(&set, &words), "{words:?} not in {:#?}", set.warnings);
    }
}

#[test]
fn a_stray_start_time_is_left_out_and_scattered_ones_refused() {
    let dir = plain_set(4);
    std::fs::rename(
        dir.path().join("S4_20181219T004926.000Z.wav"),
        dir.path().join("S4_20181225T004926.000Z.wav"),
    )
    .unwrap();
    let set = open(dir.path()).unwrap();
    assert_eq!(ids(&set), ["S1", "S2", "S3"]);
    assert!(
        warned(&set, &["S4_20181225", "left out", "start time"]),
        "{:?}",
        set.warnings
    );
    std::fs::remove_file(dir.path().join("S3_20181219T004926.000Z.wav")).unwrap();
    put(
        dir.path(),
        "S3_20191219T004926.000Z.wav",
        wav16(8000, 8000, &[]),
    );
    let error = open(dir.path()).unwrap_err();
    assert!(
        matches!(
            error,
            Error::NoOverlap {
                sensors: 2,
                given: 4,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn sets_that_cannot_be_used_name_file_and_remedy() {
    let missing = open(Path::new("no/such/folder")).unwrap_err();
    assert!(matches!(missing, Error::Missing { .. }));
    let dir = tempdir().unwrap();
    assert!(matches!(open(dir.path()), Err(Error::NoAudio { .. })));
    put(dir.path(), "a.wav", wav16(8000, 80, &[]));
    assert!(matches!(open(dir.path()), Err(Error::NoPositions { .. })));
    for (toml, word) in [
        ("", "add a [[sensor]]"),
        ("[[sensor]]\nid = 3", "line 2"),
        (
            "[[sensor]]\nid = \"A\"\nposition = { east = nan, north = 0 }",
            "east is NaN",
        ),
        (
            "[[sensor]]\nid=\"A\"\nposition={east=0,north=0}\n[[sensor]]\nid=\"A\"\nposition={east=1,north=0}",
            "given twice",
        ),
    ] {
        put(dir.path(), "array.toml", toml);
        put(
            dir.path(),
            "A_20181219T004926.000Z.wav",
            wav16(8000, 80, &[]),
        );
        let error = open(dir.path()).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    put(
        dir.path(),
        "array.toml",
        "[[sensor]]\nid=\"A\"\nposition={east=0,north=0}",
    );
    let weather = |source| {
        let options = OpenOptions {
            weather: Some(source),
            ..OpenOptions::default()
        };
        open_set(&[dir.path().to_owned()], &options)
            .unwrap_err()
            .to_string()
    };
    assert!(weather(WeatherSource::Inline("T=x".into())).contains("--weather"));
    let file = put(dir.path(), "w.json", "{\"temperature\": }");
    assert!(weather(WeatherSource::File(file)).contains("line 1"));
}

#[test]
fn live_fire_sidecars_that_are_bad() {
    let dir = tempdir().unwrap();
    for n in 1..=5 {
        put(
            dir.path(),
            &format!("t.audio.M{n}.wav"),
            wav16(12_000, 1200, &[]),
        );
        put(
            dir.path(),
            &format!("t.audio.M{n}.json"),
            format!(
                r#"{{"serial_number":"M{n}","timestamp":"2018-12-19T00:49:26Z","location":{{"x":{n}.5,"y":0,"z":1}}}}"#
            ),
        );
    }
    put(
        dir.path(),
        "t.audio.M4.json",
        r#"{"timestamp":"noon","location":{"x":1,"y":0,"z":1}}"#,
    );
    std::fs::remove_file(dir.path().join("t.audio.M5.json")).unwrap();
    put(dir.path(), "t.allpulses.json", "this is never opened");
    put(
        dir.path(),
        "t.weather.json",
        r#"{"temperature":5.0,"speed":null,"direction":null}"#,
    );
    let set = open(dir.path()).unwrap();
    assert_eq!(ids(&set), ["M1", "M2", "M3"]);
    assert!(warned(&set, &["M4.json", "timestamp", "noon"]));
    assert!(warned(&set, &["M5.wav", "missing"]));
    assert_eq!(set.atmosphere.unwrap().wind.east.sigma, 3.0);
    // Another test in the same folder lends nothing to this one.
    put(
        dir.path(),
        "u.survey.json",
        r#"{"num_rounds":2,"survey_location":{"x":0,"y":0,"z":0}}"#,
    );
    put(
        dir.path(),
        "t.survey.json",
        r#"{"num_rounds":1,"survey_location":{"x":5,"y":6,"z":7}}"#,
    );
    let truth = open(dir.path()).unwrap().truth.unwrap();
    assert_eq!(truth.rounds.len(), 1);
    assert_eq!(truth.rounds[0].position, Enu::new(5.0, 6.0, 7.0));
    // Positions that are known better replace those of the files.
    let array = put(
        dir.path(),
        "mean.csv",
        "id,east,north\nM1,7,0\nM2,8,0\nM3,9,0\n",
    );
    let options = OpenOptions {
        array: Some(array),
        ..OpenOptions::default()
    };
    let set = open_set(&[dir.path().to_owned()], &options).unwrap();
    assert_eq!(set.layout, Layout::LiveFire);
    assert_eq!(set.array.sensors()[0].position, Enu::new(7.0, 0.0, 0.0));
}
