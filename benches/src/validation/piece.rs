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
        let _ = writeln!(out, "| | unit | published | simulated | difference | allowed | holds |");
        let _ = writeln!(out, "|---|---|---:|---:|---:|---:|---|");
        for row in &self.rows {
            let difference = row.simulated - row.published;
            let (difference, allowed) = match row.tolerance {
                Tolerance::Absolute(most) => (signed(difference), number(most)),
                Tolerance::Relative(most) => (
                    format!("{:+.2} %", 100.0 * difference / row.published),
                    format!("{} %", number(100.0 * most)),
                ),
                Tolerance::Shown => (signed(difference), "shown".to_owned()),
            };
            let holds = match (row.tolerance, row.holds()) {
                (Tolerance::Shown, _) => "",
                (_, true) => "yes",
                (_, false) => "**no**",
            };
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} | {difference} | {allowed} | {holds} |",
                row.what,
                row.unit,
                number(row.published),
                number(row.simulated)
            );
        }
        if !self.remarks.is_empty() {
            let _ = writeln!(out, "\n{}", self.remarks);
        }
        out
    }
}

/// Four significant digits, without an exponent where people read.
fn number(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    let digits = 3 - value.abs().log10().floor() as i32;
    format!("{value:.*}", digits.clamp(0, 9) as usize)
}

fn signed(value: f64) -> String {
    let plus = if value > 0.0 { "+" } else { "" };
    format!("{plus}{}", number(value))
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
        let line = "| x | ms | 18.00 | 18.50 | +0.5000 | 0.2000 | **no** |";
        assert!(page.contains(line), "{page}");
    }
}
