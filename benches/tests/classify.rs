//! The model that ships is the one its card describes.

#![allow(clippy::unwrap_used)] // Tests fail by panicking.

use std::path::Path;

use shotfix_benches::classify::hash;
use shotfix_core::classify::bundled;

#[test]
fn the_card_tells_the_hash_of_the_model_that_is_compiled_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/core/model");
    let bytes = std::fs::read(folder.join("classifier.bin")).unwrap();
    let card = std::fs::read_to_string(folder.join("classifier.md")).unwrap();
    let named = format!("{} bytes, FNV-1a {}", bytes.len(), hash(&bytes));
    assert!(card.contains(&named), "{named}");
    assert_eq!(bundled().to_bytes(), bytes);
}
