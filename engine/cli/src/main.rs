//! The one binary: flags and printing only.

fn main() {}
