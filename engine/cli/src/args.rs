//! The command line: a contract that scripts rely on.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use shotfix_datasets::{Layout, WeatherSource};

use crate::format::Format;
use crate::plot::picture_name;

/// Locates gunshots from recordings of synchronised microphones.
#[derive(Debug, Parser)]
#[command(
    name = "shotfix",
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 done, 1 failed, 2 wrong usage. Results go to stdout, everything else to stderr."
)]
pub struct Cli {
    /// Threads to use; 0 takes all. The result does not depend on it.
    #[arg(long, global = true, default_value_t = 0, value_name = "N")]
    pub threads: usize,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find and locate every shot in the recordings of one array.
    #[command(after_help = "\
Examples:
  shotfix locate recordings/                      array.toml + one WAV or FLAC per sensor
  shotfix locate a.wav b.wav c.wav d.wav --array array.csv --weather T=12,wind=3@270
  shotfix locate recordings/ --format geojson > shots.geojson
  shotfix locate recordings/ --plot map.png
  shotfix locate recordings/ --explain            every arrival accounted for, other places weighed")]
    Locate(LocateArgs),
    /// List the impulses of single recordings: time, level, class, cadence.
    #[command(after_help = "\
Examples:
  shotfix analyze street.wav
  shotfix analyze street.wav --plot street.png
  shotfix analyze *.wav --format json")]
    Analyze(AnalyzeArgs),
    /// Play a scene into recordings, array.toml and truth.json; draw it; or tell its arrivals.
    ///
    /// A file with `[[vary]]` or `[monte_carlo]` is a study: every run gets a folder 001, 002 ... of its
    /// own, and study.json says what sets them apart.
    #[command(after_help = "\
Examples:
  shotfix simulate --list                         the presets
  shotfix simulate neighbourhood -o scene/        recordings, array.toml and truth.json
  shotfix simulate neighbourhood --print > my-scene.toml
  shotfix simulate my-scene.toml -o scene/ --plot scene.png
  shotfix simulate my-scene.toml --plot map.svg   the picture alone
  shotfix simulate my-study.toml -o study/        001/, 002/ ... and study.json
  shotfix simulate my-scene.toml --arrivals -o cases.jsonl --shots 1000
  shotfix simulate my-scene.toml --arrivals --as associate -o -")]
    Simulate(SimulateArgs),
    /// Learn how much later than the straight line sound arrives, from shots whose place is known.
    ///
    /// Inputs are case files of arrivals (*.jsonl, with `truth` and, best, `ids` of the sensors), folders
    /// of live fire (*.allpulses.json, *.nlos-tuples.json and *.survey.json of each test) or, with --found,
    /// results of `locate --format json`. The file is used by `locate --path-terms`; if it is there
    /// already, what it holds is kept.
    #[command(after_help = "\
Examples:
  shotfix calibrate test-fire.jsonl --out terms.toml --place-sigma 0.5
  shotfix calibrate live-fire/FP1 --out fp1.toml --place-sigma 2.5
  shotfix locate recordings/ --format json > shots.json
  shotfix calibrate shots.json --found casings.csv --out terms.toml
                                                  time,latitude,longitude,sigma_m
                                                  2026-07-04T21:30:00Z,40.4412,-79.9951,0.3
  shotfix locate live-fire/FP1/test_018 --path-terms fp1.toml")]
    Calibrate(CalibrateArgs),
    /// Measure accuracy and speed on recordings with truth, and the simulator against literature.
    #[command(
        subcommand,
        after_help = "\
Examples:
  shotfix bench locate field-tests/ --out result.json
  shotfix bench calibrate live-fire/
  shotfix bench simulator"
    )]
    Bench(BenchCommand),
    /// Simulate a neighbourhood with gunfire, locate it, show the error and draw a picture.
    #[command(after_help = "\
Examples:
  shotfix demo
  shotfix demo --out somewhere/")]
    Demo(DemoArgs),
}

/// Arguments of `locate`.
#[derive(Args, Debug)]
pub struct LocateArgs {
    /// Folders or audio files; together they are one recording set.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Sensor positions: array.toml or a CSV with the same columns.
    #[arg(long, value_name = "FILE")]
    pub array: Option<PathBuf>,
    /// The air: a file, or for example T=12,wind=3@270,humidity=60 (degrees Celsius; m/s@degrees it comes
    /// from; percent).
    #[arg(long, value_name = "FILE|T=..,wind=..")]
    pub weather: Option<WeatherSource>,
    /// Extra travel times learned by `shotfix calibrate`.
    #[arg(long, value_name = "FILE")]
    pub path_terms: Option<PathBuf>,
    /// How the recordings are laid out, if looking at them does not tell.
    #[arg(long, value_name = "NAME")]
    pub layout: Option<Layout>,
    /// Form of the output.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Draw sensors, shots, ellipses and arrivals into a PNG or SVG file.
    #[arg(long, value_name = "FILE", value_parser = picture_name)]
    pub plot: Option<PathBuf>,
    /// Explain every shot: what each sensor contributed, how far the place moves without it, and
    /// where else the arrivals could put the shot. In text, json and the picture.
    #[arg(long)]
    pub explain: bool,
    /// Measure by correlation how much later the dominant sound reached each sensor than the first,
    /// instead of locating shots; for calls and sirens, which have no sharp onset.
    #[arg(long, conflicts_with_all = ["plot", "format", "explain"])]
    pub delays: bool,
}

/// Arguments of `calibrate`.
#[derive(Args, Debug)]
pub struct CalibrateArgs {
    /// Case files with truth, folders of live fire, or located shots with --found; all of one array.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Where casings were found: a CSV of time, latitude and longitude or east and north, and sigma_m. Shots
    /// within a minute and 50 m of a line were fired there.
    #[arg(long, value_name = "FILE", conflicts_with = "place_sigma")]
    pub found: Option<PathBuf>,
    /// File of path terms to write, or to add to.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// How well the places are known, standard deviation of each coordinate in metres; 0 makes them
    /// the truth that later shots are located relative to.
    #[arg(long, default_value_t = 0.5, value_name = "M")]
    pub place_sigma: f64,
}

/// Arguments of `analyze`.
#[derive(Args, Debug)]
pub struct AnalyzeArgs {
    /// Audio files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Form of the output.
    #[arg(
        long,
        default_value_t = Format::Text,
        value_parser = PossibleValuesParser::new(["text", "json"]).try_map(|name| name.parse::<Format>())
    )]
    pub format: Format,
    /// Draw waveform and spectrogram of the one file into a PNG or SVG file.
    #[arg(long, value_name = "FILE", value_parser = picture_name)]
    pub plot: Option<PathBuf>,
}

/// Arguments of `simulate`.
#[derive(Args, Debug)]
pub struct SimulateArgs {
    /// A scene file or the name of a preset.
    #[arg(required_unless_present = "list", value_name = "SCENE")]
    pub scene: Option<String>,
    /// Folder to write to; it is made if it is missing. With --arrivals a file, or - for stdout.
    #[arg(short, long, required_unless_present_any = ["list", "print", "plot"], value_name = "DIR|FILE")]
    pub out: Option<PathBuf>,
    /// Draw the map with the ways of the sound, and what three of the sensors hear, into a PNG or
    /// SVG file; of a study the first run.
    #[arg(long, value_name = "FILE", value_parser = picture_name)]
    pub plot: Option<PathBuf>,
    /// Make no sound: write when each sensor first hears each shot, as JSON lines for `bench`.
    #[arg(long, conflicts_with = "plot", requires = "out")]
    pub arrivals: bool,
    /// Form of the arrivals: a line for every shot, or for every scene with its picks mixed.
    #[arg(
        long = "as",
        value_enum,
        default_value_t = CaseFormat::Solve,
        requires = "arrivals",
        value_name = "FORM"
    )]
    pub case_format: CaseFormat,
    /// Arrivals of N shots drawn at random outdoors among the sensors, instead of the scene's own.
    #[arg(long, requires = "arrivals", value_name = "N")]
    pub shots: Option<NonZeroUsize>,
    /// Print the file of the preset SCENE, as a start for one's own.
    #[arg(long, conflicts_with_all = ["out", "plot", "arrivals", "list"])]
    pub print: bool,
    /// List the presets and stop.
    #[arg(long)]
    pub list: bool,
}

/// Which case file of `bench` arrivals are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CaseFormat {
    /// One shot a line.
    Solve,
    /// One scene a line.
    Associate,
}

/// What to measure.
#[derive(Debug, Subcommand)]
pub enum BenchCommand {
    /// The whole chain, audio to shots, over a folder of tests with surveys or truth.json.
    #[command(after_help = "\
Example:
  shotfix bench locate field-tests/ --threads 1 --out result.json
  shotfix bench locate pittsburgh/ --pulses")]
    Locate(BenchLocateArgs),
    /// The onset detector on live fire, on simulated scenes and on sounds without a shot, all of which
    /// are found below INPUT by looking; or on blasts mixed into noise.
    #[command(after_help = "\
Examples:
  shotfix bench detect pittsburgh/ --out result.json --plot curve.png
  shotfix bench detect ambiences/
  shotfix bench detect --generate --seed 7")]
    Detect(BenchDetectArgs),
    /// The classifier: trained on most sources, scored on the others; or trained on all of them.
    #[command(after_help = "\
Examples:
  shotfix bench classify data/ --plot figures/
  shotfix bench classify data/ --train engine/core/model/classifier.bin
  shotfix bench classify data/ --elsewhere own-sounds/
  shotfix bench classify data/ --made 50 --scenes 5 --heard heard.bin")]
    Classify(BenchClassifyArgs),
    /// The solver for one shot on case files of arrival times, beside the best of other solvers.
    #[command(after_help = "\
Examples:
  shotfix bench solve cases/solve/ --out answers.jsonl
  shotfix bench solve nlos2d_40pct.jsonl --threads 1
  shotfix bench solve --generate nlos2d_40pct --seed 7
  shotfix bench solve --generate all --plot errors.png
  shotfix bench solve --generate outside2d_s3ms --map
  shotfix bench solve --generate rifle            shock wave and blast beside the blast alone")]
    Solve(BenchSolveArgs),
    /// Path terms: learned on some shots, scored on others; or in simulated cities.
    #[command(after_help = "\
Examples:
  shotfix bench calibrate cases/solve/pittsburgh_tuples.jsonl --learn 45
  shotfix bench calibrate live-fire/ --out rows.jsonl
  shotfix bench calibrate --cities --out docs/ten-feet.md --plot docs/ten-feet.png")]
    Calibrate(BenchCalibrateArgs),
    /// Arrivals of many sensors to shots on case files, beside other associators.
    #[command(after_help = "\
Examples:
  shotfix bench associate cases/associate/ --out answers.jsonl
  shotfix bench associate A5_urban_hard.jsonl --threads 1
  shotfix bench associate --generate A4 --seed 7
  shotfix bench associate --generate all")]
    Associate(BenchAssociateArgs),
    /// The simulator beside published figures; fails if one does not hold.
    #[command(after_help = "\
Examples:
  shotfix bench simulator
  shotfix bench simulator --out docs/validation.md
  shotfix bench simulator --only live-fire --live-fire pittsburgh/")]
    Simulator(BenchSimulatorArgs),
}

/// Arguments of `bench locate`.
#[derive(Args, Debug)]
pub struct BenchLocateArgs {
    /// Folder that holds the tests, at any depth.
    pub input: PathBuf,
    /// From the released lists of pulses (*.allpulses.json) instead of audio.
    #[arg(long)]
    pub pulses: bool,
    /// Also write every figure and every test as JSON.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Arguments of `bench detect`.
#[derive(Args, Debug)]
pub struct BenchDetectArgs {
    /// Folder with tests, simulated scenes or sounds at any depth, or one audio file.
    #[arg(required_unless_present = "generate", conflicts_with = "generate")]
    pub input: Option<PathBuf>,
    /// Also write every figure as JSON.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Draw recall against tolerance and against false onsets, or errors against SNR, into a PNG or
    /// SVG file.
    #[arg(long, value_name = "FILE", value_parser = picture_name)]
    pub plot: Option<PathBuf>,
    /// Blasts and bursts made by the simulator, in its noise, at exact SNR.
    #[arg(long)]
    pub generate: bool,
    /// Which blasts and noise.
    #[arg(long, default_value_t = 1, value_name = "N", requires = "generate")]
    pub seed: u64,
}

/// Arguments of `bench classify`.
#[derive(Args, Debug)]
pub struct BenchClassifyArgs {
    /// Folder that holds live fire (pittsburgh/) and sounds (sounds/esc10, sounds/blanket).
    pub input: PathBuf,
    /// Also write every figure as JSON.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Draw trade-offs and reliability into classify.png in this folder.
    #[arg(long, value_name = "DIR")]
    pub plot: Option<PathBuf>,
    /// Write the model learned on all sources here, and its data card beside it (.md).
    #[arg(long, value_name = "FILE")]
    pub train: Option<PathBuf>,
    /// Also hear the audio files below this folder, and count those that pass as gunfire by folder.
    #[arg(long, value_name = "DIR")]
    pub elsewhere: Option<PathBuf>,
    /// Keep what was heard in this file, or take it from there if the settings are the same.
    #[arg(long, value_name = "FILE")]
    pub heard: Option<PathBuf>,
    /// Scenes of the simulator to hear.
    #[arg(long, default_value_t = shotfix_benches::classify::Amounts::default().scenes, value_name = "N")]
    pub scenes: usize,
    /// Recordings of guns, of fireworks and of blows by formula to hear, each.
    #[arg(long, default_value_t = shotfix_benches::classify::Amounts::default().made, value_name = "N")]
    pub made: usize,
    /// Other microphones, rates and noises that every recording is heard through.
    #[arg(long, default_value_t = shotfix_benches::classify::Amounts::default().chains, value_name = "N")]
    pub chains: usize,
    /// Trees of the model.
    #[arg(long, default_value_t = shotfix_benches::classify::Learning::default().trees.rounds, value_name = "N")]
    pub trees: usize,
    /// Nets of the model, whose mean counts.
    #[arg(long, default_value_t = shotfix_benches::classify::Learning::default().net.nets as u8, value_name = "N",
        value_parser = clap::value_parser!(u8).range(1..=16))]
    pub nets: u8,
    /// Steps of learning of each net.
    #[arg(long, default_value_t = shotfix_benches::classify::Learning::default().net.steps, value_name = "N")]
    pub steps: usize,
    /// Of everything drawn.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub seed: u64,
}

/// Arguments of `bench solve`.
#[derive(Args, Debug)]
pub struct BenchSolveArgs {
    /// Case file (JSON lines), or a folder of them (*.jsonl).
    #[arg(required_unless_present = "generate", conflicts_with = "generate")]
    pub input: Option<PathBuf>,
    /// Write one answer a case as JSON lines, in the order of the input.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Solve fresh cases of a kind instead of a file; `all` takes every kind.
    #[arg(long, value_name = "KIND", value_parser = case_kinds())]
    pub generate: Option<String>,
    /// Which fresh cases.
    #[arg(long, default_value_t = 1, value_name = "N", requires = "generate")]
    pub seed: u64,
    /// Also draw the probability map of every case and score its regions beside the ellipse; takes
    /// about a tenth of a second a case.
    #[arg(long)]
    pub map: bool,
    /// Draw errors beside the best other solvers, and how honest the ellipses are, into a PNG or SVG
    /// file.
    #[arg(long, value_name = "FILE", value_parser = picture_name)]
    pub plot: Option<PathBuf>,
}

/// Arguments of `bench calibrate`.
#[derive(Args, Debug)]
pub struct BenchCalibrateArgs {
    /// Case file with truth, or folder of live fire.
    #[arg(required_unless_present = "cities", conflicts_with = "cities")]
    pub input: Option<PathBuf>,
    /// Learn on the shots whose firearm has this in its name, score on the others.
    #[arg(long, default_value = "45", value_name = "NAME")]
    pub learn: String,
    /// How well the places are said to be known, metres; with 0 they are the truth.
    #[arg(long, default_value_t = 0.0, value_name = "M")]
    pub place_sigma: f64,
    /// How far the wind may have drifted between the shots that teach and those that are scored, m/s.
    #[arg(long, default_value_t = 0.5, value_name = "M/S")]
    pub wind_drift: f64,
    /// Simulated cities instead: shots within ten feet after so many events, and the gain of a
    /// calibration against distance.
    #[arg(long)]
    pub cities: bool,
    /// Seeds of the cities.
    #[arg(long, value_delimiter = ',', default_values_t = [301, 302, 303, 304, 305, 306], value_name = "N,N..", requires = "cities")]
    pub seeds: Vec<u64>,
    /// Write every line of the table as JSON; of cities the page, as Markdown.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Draw the figures of the cities into a PNG or SVG file.
    #[arg(long, value_name = "FILE", value_parser = picture_name, requires = "cities")]
    pub plot: Option<PathBuf>,
}

/// The kinds of cases that can be generated, and all of them.
fn case_kinds() -> PossibleValuesParser {
    let kinds = shotfix_benches::solve::KINDS.iter().map(|kind| kind.name);
    let rifles = shotfix_benches::solve::RIFLES.iter().map(|kind| kind.name);
    PossibleValuesParser::new(kinds.chain(rifles).chain(["all"]))
}

/// Arguments of `bench associate`.
#[derive(Args, Debug)]
pub struct BenchAssociateArgs {
    /// Case file (JSON lines), or a folder of them (*.jsonl).
    #[arg(required_unless_present = "generate", conflicts_with = "generate")]
    pub input: Option<PathBuf>,
    /// Write one answer a case as JSON lines, in the order of the input.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Associate fresh cases of a kind instead of a file; `all` takes every kind.
    #[arg(long, value_name = "KIND", value_parser = associate_kinds())]
    pub generate: Option<String>,
    /// Which fresh cases.
    #[arg(long, default_value_t = 1, value_name = "N", requires = "generate")]
    pub seed: u64,
}

/// The kinds of scenes that can be generated, and all of them.
fn associate_kinds() -> PossibleValuesParser {
    let kinds = shotfix_benches::associate::KINDS
        .iter()
        .map(|kind| kind.short());
    PossibleValuesParser::new(kinds.chain(["all"]))
}

/// Arguments of `bench simulator`.
#[derive(Args, Debug)]
pub struct BenchSimulatorArgs {
    /// Write the page to a Markdown file instead of printing it.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// One part alone.
    #[arg(long, value_enum, conflicts_with = "out")]
    pub only: Option<ValidationPart>,
    /// Folder of released live-fire pulses; their statistics are printed beside the published ones.
    #[arg(long, value_name = "DIR")]
    pub live_fire: Option<PathBuf>,
}

/// A part of the validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ValidationPart {
    /// Closed forms, standards and charts.
    Physics,
    /// Statistics of the recorded live fire; needs --live-fire.
    LiveFire,
}

/// Arguments of `demo`.
#[derive(Args, Debug)]
pub struct DemoArgs {
    /// Folder for the recordings, the truth and the picture.
    #[arg(long, value_name = "DIR", default_value = "shotfix-demo")]
    pub out: PathBuf,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
