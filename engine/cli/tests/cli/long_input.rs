//! Ten minutes of twenty sensors: neither memory nor time may grow with the recordings.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

const RATE_HZ: u32 = 8_000;
const LENGTH_S: usize = 600;
/// Most memory of the process: a fraction of the audio, which is 192 MB as it lies on disk.
const MOST_KB: u64 = 150_000;
/// Speed of sound that the array file's weather gives, m/s at 15 C and 50 %.
const SOUND_M_S: f64 = 340.6;
/// Where and when: seconds, east, north.
const BLASTS: [(f64, f64, f64); 3] = [
    (40.0, 150.0, 220.0),
    (300.0, -80.0, 40.0),
    (555.0, 20.0, -160.0),
];

/// Low noise from a block of its own repeated with shifts, and the blasts.
fn samples(seed: u32, place: (f64, f64)) -> Vec<i16> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let noise: Vec<i16> = (0..65_521)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state % 61) as i16 - 30
        })
        .collect();
    let length = LENGTH_S * RATE_HZ as usize;
    let mut samples: Vec<i16> = noise.iter().copied().cycle().take(length).collect();
    for (time_s, east, north) in BLASTS {
        let range_m = (east - place.0).hypot(north - place.1);
        let arrival = (time_s + range_m / SOUND_M_S) * f64::from(RATE_HZ);
        let peak = 12_000.0 * 50.0 / range_m.max(50.0);
        let first = arrival.ceil() as usize;
        for (k, sample) in samples.iter_mut().enumerate().skip(first).take(80) {
            // A Friedlander wave of 1 ms.
            let t_ms = (k as f64 - arrival) / f64::from(RATE_HZ) * 1e3;
            *sample += (peak * (1.0 - t_ms) * (-t_ms).exp()) as i16;
        }
    }
    samples
}

fn write_set(dir: &Path) {
    let mut array = "start = 2026-06-01T02:00:00Z\n\n[atmosphere]\ntemperature_c = 15.0\n\
                     relative_humidity_percent = 50.0\nwind_east_m_s = 0.0\nwind_north_m_s = 0.0\n"
        .to_owned();
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE_HZ,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    for k in 0..20_u32 {
        // Off a square grid, which would be too regular to be true.
        let east = -400.0 + 200.0 * f64::from(k % 5) + f64::from(k * 37 % 50);
        let north = -300.0 + 200.0 * f64::from(k / 5) + f64::from(k * 53 % 60);
        write!(
            array,
            "\n[[sensor]]\nid = \"N{k:02}\"\nposition = {{ east = {east:?}, north = {north:?}, up = 1.5 }}\n"
        )
        .unwrap();
        let mut writer = hound::WavWriter::create(dir.join(format!("N{k:02}.wav")), spec).unwrap();
        let samples = samples(k + 1, (east, north));
        let mut fast = writer.get_i16_writer(samples.len() as u32);
        samples.iter().for_each(|sample| fast.write_sample(*sample));
        fast.flush().unwrap();
        writer.finalize().unwrap();
    }
    std::fs::write(dir.join("array.toml"), array).unwrap();
}

/// Largest memory the process has had so far, kB.
fn peak_kb(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn long_recordings_take_little_memory_and_time() {
    let dir = tempfile::tempdir().unwrap();
    write_set(dir.path());
    let clock = Instant::now();
    let mut child = crate::run::program(dir.path())
        .args(["locate", "."])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        peak = peak.max(peak_kb(child.id()).unwrap_or(0));
        assert!(clock.elapsed() < Duration::from_secs(120), "it hangs");
        std::thread::sleep(Duration::from_millis(10));
    }
    let run = crate::run::Run::new("locate .", child.wait_with_output().unwrap()).done();
    println!("{peak} kB, {:.1} s", clock.elapsed().as_secs_f64());
    assert!(peak > 0 && peak < MOST_KB, "{peak} kB");
    for (_, east, north) in BLASTS {
        let place = format!("at east {east:.0}");
        let near = run
            .out
            .lines()
            .filter(|l| l.trim_start().starts_with("at east"))
            .any(|l| {
                let number = |word: &str| -> f64 {
                    let rest = l.split_once(word).unwrap().1.trim_start();
                    let end = rest.find(|c: char| !"+-.0123456789".contains(c)).unwrap();
                    rest[..end].parse().unwrap()
                };
                (number("at east") - east).hypot(number("north") - north) < 10.0
            });
        assert!(near, "no shot {place}: {run:#?}");
    }
}
