//! Speed of the chain on a generated scene.
fn main() {}
