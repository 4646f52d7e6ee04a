//! The command line itself: help, wrong usage, output that cannot be written.

use crate::run::shotfix;
use crate::scene::Yard;

#[test]
fn every_command_explains_itself_with_an_example() {
    let dir = tempfile::tempdir().unwrap();
    for command in [
        "locate",
        "analyze",
        "simulate",
        "bench",
        "bench locate",
        "bench calibrate",
        "calibrate",
        "bench simulator",
        "demo",
    ] {
        let run = shotfix(dir.path(), &format!("{command} --help")).done();
        assert!(run.out.contains("Example"), "{run:#?}");
        assert!(run.out.contains(&format!("shotfix {command}")), "{run:#?}");
    }
    let run = shotfix(dir.path(), "--help").done();
    assert!(
        run.out
            .contains("Exit codes: 0 done, 1 failed, 2 wrong usage")
    );
    assert!(
        shotfix(dir.path(), "--version")
            .done()
            .out
            .starts_with("shotfix ")
    );
}

#[test]
fn no_arguments_are_wrong_usage() {
    let dir = tempfile::tempdir().unwrap();
    for args in ["", "bench"] {
        let run = shotfix(dir.path(), args);
        assert_eq!(run.code, Some(2));
        assert!(run.err.contains("Usage:") && run.out.is_empty(), "{run:#?}");
    }
    shotfix(dir.path(), "locate").wrong_usage(&["<PATH>..."]);
    shotfix(dir.path(), "simulate quiet-night").wrong_usage(&["--out"]);
}

#[test]
fn unknown_commands_and_options_are_wrong_usage() {
    let dir = tempfile::tempdir().unwrap();
    shotfix(dir.path(), "lokate .").wrong_usage(&["lokate", "locate"]);
    shotfix(dir.path(), "locate . --fromat json").wrong_usage(&["--fromat", "--format"]);
    shotfix(dir.path(), "locate . --threads many").wrong_usage(&["many", "--threads"]);
}

#[test]
fn an_unknown_format_is_wrong_usage() {
    let yard = Yard::new();
    yard.run("locate set --format xml")
        .wrong_usage(&["xml", "text, json, geojson, csv, kml"]);
    yard.run("analyze yard.wav --format kml")
        .wrong_usage(&["kml", "text, json"]);
}

#[test]
fn an_unknown_layout_is_wrong_usage() {
    Yard::new().run("locate set --layout shelf").wrong_usage(&[
        "shelf",
        "live-fire",
        "self-describing",
    ]);
}

#[test]
fn bad_weather_text_is_wrong_usage() {
    let yard = Yard::new();
    for (text, word) in [
        ("T=warm", "no number"),
        ("wind=3", "wind=3@FROM_DEGREES"),
        ("sun=1", "T, wind, humidity, pressure"),
        ("T=400", "-95 to 70"),
    ] {
        yard.run(&format!("locate set --weather {text}"))
            .wrong_usage(&["--weather", text, word]);
    }
    yard.run("locate set --weather rain.toml")
        .failed(&["rain.toml", "check the spelling"]);
}

#[test]
fn a_picture_of_another_kind_is_refused_before_the_work() {
    let yard = Yard::new();
    yard.run("locate set --plot map.gif")
        .wrong_usage(&["map.gif", ".png or .svg"]);
    yard.run("analyze a.wav --plot sound.jpeg")
        .wrong_usage(&["sound.jpeg", ".png or .svg"]);
}

#[test]
fn one_picture_of_two_files_is_wrong_usage() {
    Yard::new()
        .run("analyze a.wav b.wav --plot sound.png")
        .wrong_usage(&["--plot", "one file", "2 were given"]);
}

#[test]
fn output_into_a_folder_that_is_not_there_names_it() {
    let yard = Yard::new();
    for args in [
        "locate set --plot gone/map.png",
        "bench locate . --out gone/result.json",
        "bench simulator --out gone/page.md",
    ] {
        let run = yard.run(args).failed(&["gone", "make it first"]);
        assert_eq!(run.out, "", "said before the work, not after");
    }
}

#[test]
fn output_that_cannot_be_written_names_the_remedy() {
    let yard = Yard::new();
    // A file where a folder should be, and a folder where a file should be: refused to everyone,
    // the system's administrator included.
    std::fs::write(yard.dir().join("file"), "").unwrap();
    std::fs::create_dir(yard.dir().join("map.png")).unwrap();
    yard.run("simulate quiet-night -o file/there")
        .failed(&["file/there", "choose a directory that can be written"]);
    yard.run("demo --out file")
        .failed(&["file", "choose a directory"]);
    yard.run("locate set --plot map.png").failed(&[
        "map.png",
        "cannot be written",
        "choose a folder",
    ]);
    yard.run("bench locate . --out map.png").failed(&[
        "map.png",
        "cannot be written",
        "choose a folder",
    ]);
}

#[test]
fn a_missing_path_is_named() {
    let yard = Yard::new();
    for command in [
        "locate",
        "analyze",
        "bench locate",
        "bench simulator --only live-fire --live-fire",
    ] {
        yard.run(&format!("{command} sett")).failed(&[
            "sett",
            "no such file or folder",
            "check the spelling",
        ]);
    }
    yard.run("locate set --array nowhere.toml")
        .failed(&["nowhere.toml", "check the spelling"]);
    yard.run("simulate nowhere.toml -o out")
        .failed(&["nowhere.toml", "neighbourhood"]);
}

#[test]
fn a_folder_without_recordings_is_named() {
    let yard = Yard::new();
    std::fs::create_dir(yard.dir().join("empty")).unwrap();
    yard.run("locate empty")
        .failed(&["empty", "WAV, FLAC or OGG"]);
    yard.run("bench locate empty")
        .failed(&["empty", "truth.json"]);
    yard.run("bench simulator --only live-fire --live-fire empty")
        .failed(&["empty", "allpulses.json"]);
}

#[test]
fn a_pipe_closed_early_is_no_error() {
    use std::io::Read;
    let yard = Yard::new();
    for args in [
        "locate set --format json",
        "simulate --list",
        "simulate quiet-night --arrivals --shots 500 -o -",
        "bench locate .",
    ] {
        let mut child = crate::run::program(yard.dir())
            .args(args.split(' '))
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut err)
            .unwrap();
        assert_eq!(err, "", "{args}");
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args}");
    }
}
