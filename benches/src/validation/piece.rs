//! One piece of physics beside its published figures.

use std::fmt::Write;

/// How near a simulated figure must come to the published one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tolerance {
    /// In the unit of the figure.
    Absolute(f64),
    /// A share of the published figure.
    Relative(f64),
    /// The difference is shown and explained, not judged.
    Shown,
}

/// One figure.
#[derive(Clone, Debug)]
pub struct Row {
    /// What is measured.
    pub what: String,
    /// Its unit.
    pub unit: &'static str,
    /// As published, or as an independent reference computes it.
    pub published: f64,
    /// As the simulator has it.
    pub simulated: f64,
    /// How near the two must be.
    pub tolerance: Tolerance,
}

impl Row {
    /// Whether the simulated figure is near enough; a figure that is no number is not.
    pub fn holds(&self) -> bool {
        let difference = (self.simulated - self.published).abs();
        match self.tolerance {
            Tolerance::Absolute(most) => difference <= most,
            Tolerance::Relative(most) => difference <= most * self.published.abs(),
            Tolerance::Shown => true,
        }
    }

    /// The row as a line of a table in Markdown.
    fn markdown(&self) -> String {
        let difference = self.simulated - self.published;
        // A hundredth of a figure that is only shown.
        let least = match self.tolerance {
            Tolerance::Absolute(most) => most,
            Tolerance::Relative(most) => most * self.published,
            Tolerance::Shown => 0.1 * self.published,
        };
        let places = decimals(least);
        let (difference, allowed) = match self.tolerance {
            Tolerance::Absolute(most) => (signed(difference, places), format!("{most}")),
            Tolerance::Relative(most) => (
                format!("{} %", signed(100.0 * difference / self.published, 2)),
                format!("{} %", (1e6 * most).round() / 1e4),
            ),
            Tolerance::Shown => (signed(difference, places), "shown".to_owned()),
        };
        let holds = match (self.tolerance, self.holds()) {
            (Tolerance::Shown, _) => "",
            (_, true) => "yes",
            (_, false) => "**no**",
        };
        format!(
            "| {} | {} | {} | {} | {difference} | {allowed} | {holds} |",
            self.what,
            self.unit,
            fixed(self.published, places),
            fixed(self.simulated, places)
        )
    }
}

/// A table of figures that belong together.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Heading.
    pub title: &'static str,
    /// Where the published figures are from, and what is compared with them.
    pub source: &'static str,
    /// The figures.
    pub rows: Vec<Row>,
    /// What explains the differences, or what is left out; may be empty.
    pub remarks: &'static str,
}

impl Piece {
    /// Whether every figure holds.
    pub fn holds(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(Row::holds)
    }

    /// The piece as a section of Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "### {}\n\n{}\n", self.title, self.source);
        let _ = writeln!(
            out,
            "| | unit | published | simulated | difference | allowed | holds |"
        );
        let _ = writeln!(out, "|---|---|---:|---:|---:|---:|---|");
        for row in &self.rows {
            let _ = writeln!(out, "{}", row.markdown());
        }
        if !self.remarks.is_empty() {
            let _ = writeln!(out, "\n{}", self.remarks);
        }
        out
    }
}

/// Decimals that show a tenth of the first digit of `least`: finer ones differ from machine to
/// machine, and the page must not.
fn decimals(least: f64) -> usize {
    (1.0 - least.abs().log10().floor()).clamp(0.0, 9.0) as usize
}

/// Fixed decimals; what rounds to zero has no sign.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.chars().all(|c| matches!(c, '0' | '.')) => zero.to_owned(),
        _ => text,
    }
}

fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    let is_positive = text.chars().any(|c| matches!(c, '1'..='9')) && value > 0.0;
    if is_positive {
        format!("+{text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(published: f64, simulated: f64, tolerance: Tolerance) -> Row {
        Row {
            what: "x".into(),
            unit: "ms",
            published,
            simulated,
            tolerance,
        }
    }

    #[test]
    fn a_figure_holds_within_its_tolerance_alone() {
        assert!(row(18.0, 18.1, Tolerance::Absolute(0.2)).holds());
        assert!(!row(18.0, 18.3, Tolerance::Absolute(0.2)).holds());
        assert!(row(-200.0, -201.9, Tolerance::Relative(0.01)).holds());
        assert!(!row(-200.0, -203.0, Tolerance::Relative(0.01)).holds());
        assert!(!row(1.0, f64::NAN, Tolerance::Relative(0.5)).holds());
        assert!(row(1.0, 9.0, Tolerance::Shown).holds());
    }

    #[test]
    fn a_failure_is_seen_on_the_page() {
        let piece = Piece {
            title: "Title",
            source: "Source.",
            rows: vec![row(18.0, 18.5, Tolerance::Absolute(0.2))],
            remarks: "",
        };
        assert!(!piece.holds());
        let page = piece.markdown();
        let line = "| x | ms | 18.00 | 18.50 | +0.50 | 0.2 | **no** |";
        assert!(page.contains(line), "{page}");
    }

    #[test]
    fn noise_below_the_tolerance_is_not_shown() {
        let row = |simulated: f64| row(-40.0, simulated, Tolerance::Absolute(0.01)).markdown();
        assert_eq!(row(-40.000_02), row(-39.999_98));
        assert!(row(-40.000_02).contains("| -40.000 | -40.000 | 0.000 | 0.01 | yes |"));
        assert!(row(-39.997).contains("| +0.003 |"));
    }
}
