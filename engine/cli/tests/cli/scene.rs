//! Recordings to run on: a burst of two rounds amid six sensors.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::run::shotfix;

/// Where the sensors are: east, north, up in metres.
pub(crate) const SENSORS: [(f64, f64, f64); 6] = [
    (-220.0, -180.0, 8.0),
    (210.0, -200.0, 12.0),
    (240.0, 190.0, 9.0),
    (-200.0, 230.0, 6.0),
    (10.0, 60.0, 15.0),
    (-30.0, -250.0, 7.0),
];

/// A scene with these sensors, and `more` keys for the last of them.
pub(crate) fn toml(sensors: &[(f64, f64, f64)], more: &str) -> String {
    let mut text = "\
duration_s = 4.0
start = 2026-06-01T02:00:00Z
sample_rate_hz = 12000
origin = { latitude = 40.44, longitude = -79.99, height = 300.0 }
noise = { ambient_db_spl = 50.0 }

[[burst]]
time_s = 1.5
east = 30.0
north = -40.0
rounds = 2
interval_s = 0.4
"
    .to_owned();
    for (k, (east, north, up)) in sensors.iter().enumerate() {
        text += &format!(
            "\n[[sensor]]\nid = \"S{:02}\"\neast = {east:?}\nnorth = {north:?}\nup = {up:?}\n",
            k + 1
        );
    }
    text + more
}

/// A folder that holds `set/`, the recordings of a scene. It goes when dropped.
pub(crate) struct Yard {
    dir: TempDir,
}

impl Yard {
    /// The six sensors.
    pub(crate) fn new() -> Self {
        static SIX: OnceLock<Yard> = OnceLock::new();
        let six = SIX.get_or_init(|| Self::of(&toml(&SENSORS, "")));
        let copy = Self {
            dir: TempDir::new().expect("a temporary folder"),
        };
        std::fs::create_dir(copy.set()).unwrap();
        for entry in std::fs::read_dir(six.set()).unwrap() {
            let from = entry.unwrap().path();
            std::fs::copy(&from, copy.set().join(from.file_name().unwrap())).unwrap();
        }
        copy
    }

    /// Another scene.
    pub(crate) fn of(scene: &str) -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        std::fs::write(dir.path().join("yard.toml"), scene).unwrap();
        shotfix(dir.path(), "simulate yard.toml -o set").done();
        Self { dir }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    fn set(&self) -> PathBuf {
        self.dir().join("set")
    }

    /// The recording of sensor `n`, counted from 1.
    pub(crate) fn wav(&self, n: usize) -> PathBuf {
        self.set().join(format!("S{n:02}_20260601T020000.000Z.wav"))
    }

    /// Its bytes.
    pub(crate) fn bytes(&self, n: usize) -> Vec<u8> {
        std::fs::read(self.wav(n)).unwrap()
    }

    /// Other bytes for it.
    pub(crate) fn put(&self, n: usize, bytes: &[u8]) {
        std::fs::write(self.wav(n), bytes).unwrap();
    }

    /// Changes `array.toml`.
    pub(crate) fn edit_array(&self, edit: impl Fn(&str) -> String) {
        let path = self.set().join("array.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let edited = edit(&text);
        assert_ne!(edited, text, "the edit changes something");
        std::fs::write(path, edited).unwrap();
    }

    pub(crate) fn run(&self, args: &str) -> crate::run::Run {
        shotfix(self.dir(), args)
    }
}
