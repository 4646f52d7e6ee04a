//! The validation page: every figure holds, and the page in the repository is the one that the
//! command writes, but for the rounding of other processors.

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
    let written = validation::markdown(&pieces);
    let mut counted = false;
    let differ = page.lines().zip(written.lines()).find(|(a, b)| {
        if a.starts_with("### ") {
            counted = *a == "### Live fire in a city";
        }
        !same_line(a, b, if counted { 0.05 } else { 0.0 })
    });
    assert!(
        differ.is_none() && page.lines().count() == written.lines().count(),
        "docs/validation.md is not what `shotfix bench simulator` writes; run it with \
         --out docs/validation.md: {differ:?}"
    );
}

/// The same words, and figures as near as another processor's rounding leaves them: two units of
/// the last digit, or a share of the figure where pulses are picked and counted.
fn same_line(a: &str, b: &str, share: f64) -> bool {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split('|').collect(), b.split('|').collect());
    a.len() == b.len()
        && a.iter()
            .zip(&b)
            .all(|(a, b)| a == b || same_figure(a, b, share))
}

fn same_figure(a: &str, b: &str, share: f64) -> bool {
    let number = |cell: &str| cell.trim().trim_end_matches('%').trim().parse::<f64>().ok();
    let digits = a.trim().split('.').nth(1).unwrap_or("");
    let digits = digits.chars().take_while(char::is_ascii_digit).count();
    match (number(a), number(b)) {
        (Some(a), Some(b)) => {
            let units = 2.0 * 10f64.powi(-(digits as i32)) + 1e-12;
            (a - b).abs() <= units.max(share * a.abs().max(b.abs()))
        }
        _ => false,
    }
}
