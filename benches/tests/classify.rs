//! The model that ships: it is the one its card describes, and it knows a shot in a city that it has never heard.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // Tests fail by panicking, and show what they measured.

mod support;

use std::path::Path;

use shotfix_benches::classify::hash;
use shotfix_core::Class;
use shotfix_core::classify::bundled;
use shotfix_datasets::{impulses, probe};

#[test]
fn the_card_tells_the_hash_of_the_model_that_is_compiled_in() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../engine/core/model");
    let bytes = std::fs::read(folder.join("classifier.bin")).unwrap();
    let card = std::fs::read_to_string(folder.join("classifier.md")).unwrap();
    let named = format!("{} bytes, FNV-1a {}", bytes.len(), hash(&bytes));
    assert!(card.contains(&named), "{named}");
    assert_eq!(bundled().to_bytes(), bytes);
}

/// A street incident of Chicago, 2022: nothing of that city, year or network was trained on.
#[test]
fn val_a_street_incident_elsewhere_is_gunfire_at_most_sensors() {
    let Some(folder) = support::data("self-describing/chicago-556267") else {
        return;
    };
    let mut n = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "wav") {
            continue;
        }
        let (found, _) = impulses(&probe(&path).unwrap(), 0, "chicago").unwrap();
        let first = found.impulses.into_iter();
        let first = first
            .max_by(|a, b| a.onset.snr_db.total_cmp(&b.onset.snr_db))
            .unwrap();
        println!("{}: {:?}", path.display(), first.class);
        n += usize::from(first.class.best().0 == Class::Gunfire);
    }
    // One of the four sensors has the shot among loud echoes.
    assert!(n >= 3, "{n} of 4");
}
