#![doc = include_str!("../README.md")]

pub mod associate;
pub mod calibrate;
pub mod case_lines;
pub mod city_trial;
pub mod detect;
pub mod locate;
pub mod score;
pub mod solve;
pub mod stats;
pub mod table;
pub mod validation;
