//! Files that are not what they should be: alone they fail with a remedy, among others they are
//! left out with a warning.

use crate::scene::Yard;

/// A recording of sensor 6 as 32-bit floats, a tenth of them not numbers.
fn not_numbers(yard: &Yard) -> Vec<u8> {
    let samples: Vec<i16> = hound::WavReader::open(yard.wav(6))
        .unwrap()
        .samples()
        .map(Result::unwrap)
        .collect();
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 12_000,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    for (k, sample) in samples.iter().enumerate() {
        let bad = [f32::NAN, f32::INFINITY][k % 2];
        let good = f32::from(*sample) / 32768.0;
        let lost = k % 12_000 < 1_200;
        writer.write_sample(if lost { bad } else { good }).unwrap();
    }
    writer.finalize().unwrap();
    bytes.into_inner()
}

/// The bytes of sensor 6 with this rate in the header.
fn rate(yard: &Yard, rate_hz: u32) -> Vec<u8> {
    let mut bytes = yard.bytes(6);
    bytes[24..28].copy_from_slice(&rate_hz.to_le_bytes());
    bytes
}

/// Puts `bytes` in place of sensor 6: `analyze` of it alone fails, `locate` leaves it out and
/// finds the burst, and all say `words`.
fn is_left_out(yard: &Yard, bytes: &[u8], words: &[&str]) {
    yard.put(6, bytes);
    let name = "set/S06_20260601T020000.000Z.wav";
    let mut all = vec![name];
    all.extend(words);
    yard.run(&format!("analyze {name}")).failed(&all);
    let run = yard.run("locate set").done_with_warning(&all).located();
    assert!(run.out.contains("5 of 5 sensors"), "{run:#?}");
    // One bad file does not stop the others here either.
    let run = yard
        .run(&format!("analyze {name} set/S05_20260601T020000.000Z.wav"))
        .done_with_warning(&all);
    assert!(
        run.out.contains("S05") && !run.out.contains("S06"),
        "{run:#?}"
    );
    let run = yard.run("locate set --format json").done_with_warning(&all);
    let report: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let warnings = report["warnings"].as_array().unwrap();
    assert!(warnings.iter().any(|w| w.as_str().unwrap().contains(name)));
}

/// Puts `bytes` in place of sensor 6: it is used, with a warning of `words`.
fn is_used(yard: &Yard, bytes: &[u8], words: &[&str]) {
    yard.put(6, bytes);
    let name = "set/S06_20260601T020000.000Z.wav";
    let mut all = vec![name];
    all.extend(words);
    yard.run(&format!("analyze {name}")).done_with_warning(&all);
    let run = yard.run("locate set").done_with_warning(&all).located();
    assert!(run.out.contains("of 6 sensors"), "{run:#?}");
}

#[test]
fn an_empty_file_is_left_out() {
    is_left_out(&Yard::new(), b"", &["empty", "leave it out"]);
}

#[test]
fn a_header_without_samples_is_left_out() {
    let yard = Yard::new();
    let mut bytes = yard.bytes(6)[..44].to_vec();
    bytes[4..8].copy_from_slice(&36_u32.to_le_bytes());
    bytes[40..44].copy_from_slice(&0_u32.to_le_bytes());
    is_left_out(&yard, &bytes, &["no samples", "leave it out"]);
}

#[test]
fn half_a_header_is_left_out() {
    let yard = Yard::new();
    is_left_out(&yard, &yard.bytes(6)[..30], &["leave it out"]);
}

#[test]
fn a_text_called_wav_is_left_out() {
    is_left_out(
        &Yard::new(),
        b"dear diary,\n",
        &["no audio file", "convert it"],
    );
}

#[test]
fn noise_called_wav_is_left_out() {
    let bytes: Vec<u8> = (0..9_999_u32)
        .map(|k| (k.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    is_left_out(&Yard::new(), &bytes, &["no audio file", "convert it"]);
}

#[test]
fn a_rate_of_zero_is_left_out() {
    let yard = Yard::new();
    is_left_out(&yard, &rate(&yard, 0), &["0 Hz", "sample rate"]);
}

#[test]
fn absurd_rates_are_left_out() {
    let yard = Yard::new();
    is_left_out(&yard, &rate(&yard, 100), &["100 Hz", "sample rate"]);
    is_left_out(
        &yard,
        &rate(&yard, u32::MAX),
        &["4294967295 Hz", "sample rate"],
    );
}

#[test]
fn a_truncated_file_gives_what_is_there() {
    let yard = Yard::new();
    // Three of four seconds; an odd byte at the end.
    is_used(&yard, &yard.bytes(6)[..44 + 3 * 24_000 + 1], &["truncated"]);
}

#[test]
fn a_file_of_a_few_milliseconds_holds_no_impulse_and_says_why() {
    let yard = Yard::new();
    yard.put(6, &yard.bytes(6)[..44 + 3 * 100]);
    let run = yard
        .run("analyze set/S06_20260601T020000.000Z.wav")
        .done_with_warning(&["too short to tell any impulse", "at least 1.5 s"]);
    assert!(run.out.contains("No impulses found"), "{run:#?}");
}

#[test]
fn samples_that_are_no_numbers_count_as_missing() {
    let yard = Yard::new();
    is_used(&yard, &not_numbers(&yard), &["not finite", "4800 samples"]);
}

#[test]
fn a_folder_called_wav_is_no_recording() {
    let yard = Yard::new();
    std::fs::create_dir(yard.dir().join("set/S07.wav")).unwrap();
    yard.run("locate set").done().located();
    yard.run("analyze set").failed(&["set", "folder"]);
}

#[test]
fn sensors_may_differ_in_rate() {
    let scene = crate::scene::toml(&crate::scene::SENSORS, "sample_rate_hz = 24000\n");
    let yard = Yard::of(&scene);
    assert!(yard.bytes(6).len() > yard.bytes(5).len());
    let run = yard.run("locate set").done().located();
    assert!(run.out.contains("6 of 6 sensors"), "{run:#?}");
}

#[test]
fn only_bad_files_fail_with_the_reason_of_each() {
    let yard = Yard::new();
    for n in 1..=6 {
        yard.put(n, b"");
    }
    yard.run("locate set")
        .failed(&["set", "S01", "S06", "empty"]);
}

#[test]
fn too_many_bad_files_leave_too_few_sensors() {
    let yard = Yard::new();
    for n in 4..=6 {
        yard.put(n, b"no audio");
    }
    // What was left out explains why so few are left.
    yard.run("locate set").failed(&[
        "set",
        "at least 4",
        "S04_20260601T020000.000Z.wav",
        "no audio file",
    ]);
}
