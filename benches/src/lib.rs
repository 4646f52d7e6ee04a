#![doc = include_str!("../README.md")]

pub mod associate;
mod audio_files;
pub mod calibrate;
pub mod case_lines;
mod cells;
pub mod city_trial;
pub mod classify;
pub mod detect;
mod json;
pub mod locate;
mod random;
mod released;
pub mod score;
pub mod solve;
pub mod stats;
pub mod table;
pub mod validation;
