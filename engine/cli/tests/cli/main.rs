//! Runs the program as a person does: on recordings in a folder, looking at its exit code, at
//! stdout and at what it says on stderr.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // Tests fail by panicking, and show what they measured.

mod arrays;
mod bad_files;
mod bench_associate;
mod bench_classify;
mod bench_detect;
mod bench_solve;
mod calibrate;
mod good_runs;
mod long_input;
mod rifle;
mod run;
mod scene;
mod simulations;
mod usage;
