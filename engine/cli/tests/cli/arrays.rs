//! Sets that do not fit together: sensors, positions, start times, weather.

use crate::scene::{SENSORS, Yard, toml};

#[test]
fn three_sensors_are_too_few() {
    let yard = Yard::of(&toml(&SENSORS[..3], ""));
    let run = yard
        .run("locate set")
        .failed(&["set", "3", "at least 4", "add recordings"]);
    assert_eq!(run.out, "");
}

#[test]
fn sensors_in_one_line_are_refused() {
    let line: Vec<_> = (0..6)
        .map(|k| (100.0 * f64::from(k), 50.0 * f64::from(k), 8.0))
        .collect();
    let yard = Yard::of(&toml(&line, ""));
    yard.run("locate set")
        .failed(&["set", "one line", "add a sensor off the line"]);
}

#[test]
fn a_recording_of_an_unknown_sensor_is_left_out() {
    let yard = Yard::new();
    std::fs::rename(
        yard.wav(6),
        yard.dir().join("set/X99_20260601T020000.000Z.wav"),
    )
    .unwrap();
    yard.run("locate set")
        .done_with_warning(&["X99_20260601T020000.000Z.wav", "S01", "add the sensor"])
        .done_with_warning(&["no recording of sensor S06"])
        .located();
}

#[test]
fn a_sensor_given_twice_is_refused() {
    let yard = Yard::new();
    yard.edit_array(|text| text.replace("\"S02\"", "\"S01\""));
    yard.run("locate set")
        .failed(&["array.toml", "S01", "twice", "name of its own"]);
}

#[test]
fn unknown_weather_is_assumed_and_said() {
    let yard = Yard::new();
    yard.edit_array(|text| {
        let (head, rest) = text.split_once("[atmosphere]").unwrap();
        format!("{head}{}", &rest[rest.find("[[sensor]]").unwrap()..])
    });
    yard.run("locate set")
        .done_with_warning(&["set", "15 C", "assumed", "--weather T=10,wind=3@270"])
        .located();
    yard.run("locate set --weather T=15,wind=0")
        .done()
        .located();
}

#[test]
fn a_recording_of_another_day_is_left_out() {
    let yard = Yard::new();
    std::fs::rename(
        yard.wav(6),
        yard.dir().join("set/S06_20260604T020000.000Z.wav"),
    )
    .unwrap();
    yard.run("locate set")
        .done_with_warning(&[
            "S06_20260604T020000.000Z.wav",
            "2026-06-04",
            "check its start time",
        ])
        .located();
}

#[test]
fn recordings_of_six_days_do_not_fit_together() {
    let yard = Yard::new();
    for n in 1..=6 {
        let name = format!("set/S{n:02}_2026060{n}T020000.000Z.wav");
        // The first is in its place already.
        std::fs::rename(yard.wav(n), yard.dir().join(name)).unwrap();
    }
    yard.run("locate set").failed(&[
        "set",
        "overlap in time",
        "check the start times",
        "S04 2026-06-04",
    ]);
}

#[test]
fn recordings_without_a_start_say_how_to_give_one() {
    let yard = Yard::new();
    for n in 1..=6 {
        std::fs::rename(yard.wav(n), yard.dir().join(format!("set/S{n:02}.wav"))).unwrap();
    }
    yard.run("locate set")
        .failed(&["S01.wav", "no start time", "`start`"]);
    yard.edit_array(|text| format!("start = 2026-06-01T02:00:00Z\n{text}"));
    yard.run("locate set").done().located();
}

#[test]
fn recordings_without_positions_say_how_to_give_them() {
    let yard = Yard::new();
    std::fs::remove_file(yard.dir().join("set/array.toml")).unwrap();
    yard.run("locate set")
        .failed(&["set", "array.toml", "--array"]);
}

#[test]
fn array_toml_with_bad_syntax_names_the_line() {
    let yard = Yard::new();
    yard.edit_array(|text| text.replacen("temperature_sigma_c = 1.0", "temperature_sigma_c = ", 1));
    yard.run("locate set")
        .failed(&["set/array.toml", "line 6", "temperature_sigma_c"]);
}

#[test]
fn array_toml_with_an_unknown_key_names_the_line_and_the_keys() {
    let yard = Yard::new();
    yard.edit_array(|text| text.replacen("clock_sigma_s", "clock_sigma_ms", 1));
    yard.run("locate set").failed(&[
        "set/array.toml",
        "line",
        "clock_sigma_ms",
        "`clock_sigma_s`",
    ]);
}

#[test]
fn array_toml_with_no_number_names_the_sensor_and_the_field() {
    let yard = Yard::new();
    yard.edit_array(|text| text.replacen("position_sigma_m = 0.1", "position_sigma_m = nan", 1));
    yard.run("locate set")
        .failed(&["set/array.toml", "S01", "position_sigma_m", "NaN"]);
}

#[test]
fn array_toml_with_a_place_that_is_none_names_the_sensor() {
    let yard = Yard::new();
    yard.edit_array(|text| {
        text.replacen(
            "position = { east = ",
            "position = { east = nan, north = 0.0 } #",
            1,
        )
    });
    yard.run("locate set")
        .failed(&["set/array.toml", "S01", "position"]);
}

#[test]
fn array_toml_without_sensors_says_what_to_add() {
    let yard = Yard::new();
    std::fs::write(yard.dir().join("set/array.toml"), "").unwrap();
    yard.run("locate set")
        .failed(&["set/array.toml", "add a [[sensor]]"]);
}

#[test]
fn a_folder_of_tests_says_how_to_measure_them() {
    let yard = Yard::new();
    std::fs::create_dir(yard.dir().join("all")).unwrap();
    for name in ["one", "two"] {
        let test = yard.dir().join("all").join(name);
        std::fs::create_dir(&test).unwrap();
        for entry in std::fs::read_dir(yard.dir().join("set")).unwrap() {
            let from = entry.unwrap().path();
            std::fs::copy(&from, test.join(from.file_name().unwrap())).unwrap();
        }
    }
    yard.run("locate all")
        .failed(&["all", "all/one", "bench locate all"]);
    yard.run("bench locate all").done();
}
