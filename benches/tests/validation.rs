//! The validation page: every figure holds, and the page in the repository is the one that the
//! command writes.

#![allow(clippy::unwrap_used)] // Helpers of tests count as outside them.

use shotfix_benches::validation;

#[test]
fn val_every_piece_of_the_simulator_holds() {
    let pieces = validation::physics().unwrap();
    let failed: Vec<String> = pieces
        .iter()
        .flat_map(|piece| &piece.rows)
        .filter(|row| !row.holds())
        .map(|row| format!("{row:?}"))
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/validation.md");
    let page = std::fs::read_to_string(path).unwrap();
    assert!(
        page == validation::markdown(&pieces),
        "docs/validation.md is not what `shotfix bench simulator` writes; run it with \
         --out docs/validation.md"
    );
}
