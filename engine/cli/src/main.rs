//! shotfix
fn main() {}
