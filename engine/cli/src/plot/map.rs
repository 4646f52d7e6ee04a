//! The picture of a report: a map, the place enlarged, and the arrivals below.

use std::path::Path;

use shotfix_core::{Ellipse, Enu, Incident, LocateReport, Timestamp};

use super::canvas::{Anchor, Canvas, Rect, Type};
use super::raster::Kind;
use super::{PlotError, arrivals, explained, ground, inset, legend, palette};
use crate::findings::Findings;
use crate::format::percent;
use crate::{ellipse, status};

const WIDTH: f64 = 1200.0;
const MARGIN: f64 = 40.0;
const MAP_HEIGHT: f64 = 500.0;
const SIDE_WIDTH: f64 = 330.0;
const GAP: f64 = 24.0;
/// Incidents that get a zoom and an arrivals panel; the map shows all.
const MOST_PANELS: usize = 3;

/// Draws `findings` into the file `path`, PNG or SVG by its ending. `truth` holds the true places
/// of the shots where they are known, in the array's frame; it may be empty.
///
/// # Errors
/// [`PlotError::Ending`] before anything is drawn, [`PlotError::Io`] when the file cannot be
/// written.
pub fn plot_report(findings: &Findings<'_>, truth: &[Enu], path: &Path) -> Result<(), PlotError> {
    let kind = Kind::of(path)?;
    kind.save(svg(findings, truth), path)
}

/// `2026-11-24 02:10:05.123 UTC`.
fn clock(time: Timestamp) -> String {
    format!("{time:.3}").replace('T', " ").replace('Z', " UTC")
}

/// `Gunfire 94 %, 4 rounds`.
fn what(incident: &Incident) -> String {
    let (class, probability) = incident.class.best();
    let label = class.label();
    let (first, rest) = label.split_at(1);
    let n = incident.shots.len();
    format!(
        "{}{rest} {}, {n} round{}",
        first.to_uppercase(),
        percent(probability),
        if n == 1 { "" } else { "s" }
    )
}

/// The ellipse in words with typographic signs.
fn ellipse_words(ellipse95: &Ellipse) -> String {
    let words = ellipse::words(ellipse95);
    words.replace(" x ", " × ").replace(" deg", "°")
}

fn place_words(report: &LocateReport, incident: &Incident) -> String {
    match report.array.frame() {
        Some(frame) => {
            let p = frame.to_geodetic(incident.position);
            format!("{:.6}, {:.6}", p.latitude_deg, p.longitude_deg)
        }
        None => format!(
            "east {:.1} m, north {:.1} m",
            incident.position.east_m, incident.position.north_m
        ),
    }
}

/// Title and the lines below it.
fn headline(report: &LocateReport) -> (String, Vec<String>) {
    let n = report.array.sensors().len();
    match report.incidents.as_slice() {
        [] => (
            "No shots found".to_owned(),
            vec![format!("{n} sensor{}", if n == 1 { "" } else { "s" })],
        ),
        [one] => {
            let (used, of) = status::used_of(one);
            let line = format!(
                "{}  ·  {}  ·  95 % ellipse {}  ·  {used} of {of} sensors",
                clock(one.time),
                place_words(report, one),
                ellipse_words(&one.ellipse95)
            );
            (what(one), vec![line])
        }
        many => {
            let rounds: usize = many.iter().map(|i| i.shots.len()).sum();
            let mut lines: Vec<String> = many
                .iter()
                .enumerate()
                .take(MOST_PANELS)
                .map(|(k, i)| {
                    format!(
                        "{}:  {}  ·  {}  ·  {}  ·  95 % ellipse {}",
                        ground::letter(k, many.len()).unwrap_or_default(),
                        clock(i.time),
                        what(i),
                        place_words(report, i),
                        ellipse_words(&i.ellipse95)
                    )
                })
                .collect();
            if many.len() > MOST_PANELS {
                let more = many.len() - MOST_PANELS;
                lines.push(format!("and {more} more on the map"));
            }
            (format!("{} incidents, {rounds} rounds", many.len()), lines)
        }
    }
}

/// A table of the rounds, as many as fit.
fn rounds(canvas: &mut Canvas, area: Rect, incident: &Incident) {
    const LINE: f64 = 19.0;
    let columns = [
        (area.x + 40.0, "round"),
        (area.x + 112.0, "after"),
        (area.x + 252.0, "95 % ellipse"),
        (area.right() - 4.0, "sensors"),
    ];
    let head = Type::new(11.5).fill(palette::MUTED).anchor(Anchor::End);
    let cell = Type::new(12.0).anchor(Anchor::End);
    let mut y = area.y + 14.0;
    for (x, words) in columns {
        canvas.text((x, y), head, words);
    }
    let style = format!("stroke=\"{}\" stroke-width=\"1\"", palette::FRAME);
    canvas.line((area.x, y + 6.0), (area.right(), y + 6.0), &style);
    y += 4.0;
    let fit = ((area.bottom() - y) / LINE) as usize;
    let all = incident.shots.len();
    // The last line is for what does not fit.
    let shown = if all > fit {
        fit.saturating_sub(1)
    } else {
        all
    };
    for (k, shot) in incident.shots.iter().take(shown).enumerate() {
        y += LINE;
        let cells = [
            (k + 1).to_string(),
            format!("{:+.3} s", shot.time.since(incident.time).0),
            ellipse_words(&shot.ellipse95),
            format!("{} of {}", shot.n_used(), shot.arrivals.len()),
        ];
        for ((x, _), words) in columns.iter().zip(cells) {
            canvas.text((*x, y), cell, &words);
        }
    }
    if shown < all {
        let words = format!("and {} more", all - shown);
        canvas.text((area.x + 6.0, y + LINE), head.anchor(Anchor::Start), &words);
    }
}

/// The right-hand column: a zoom of each of the first incidents.
fn insets(canvas: &mut Canvas, side: Rect, findings: &Findings<'_>, truth: &[Enu]) {
    let report = findings.report;
    let shown = report.incidents.len().min(MOST_PANELS);
    if let [incident] = report.incidents.as_slice() {
        let frame = Rect::new(side.x, side.y, side.w, SIDE_WIDTH);
        let view = inset::view(frame, incident, truth);
        inset::draw(canvas, &view, (findings, 0), truth, None);
        let below = Rect::new(
            side.x,
            frame.bottom() + 14.0,
            side.w,
            side.h - SIDE_WIDTH - 14.0,
        );
        rounds(canvas, below, incident);
        return;
    }
    let gap = 14.0;
    let each = (side.h - gap * (shown as f64 - 1.0)) / shown as f64;
    for (k, incident) in report.incidents.iter().take(shown).enumerate() {
        let frame = Rect::new(side.x, side.y + (each + gap) * k as f64, side.w, each);
        let view = inset::view(frame, incident, truth);
        let name = ground::letter(k, report.incidents.len());
        inset::draw(canvas, &view, (findings, k), truth, name.as_deref());
    }
}

/// Whether any zoom shows more than the map of full width would.
fn wants_insets(report: &LocateReport, truth: &[Enu], map: Rect) -> bool {
    let view = ground::view(map, report, truth);
    report.incidents.iter().take(MOST_PANELS).any(|i| {
        inset::is_worth_it(
            &inset::view(Rect::new(0.0, 0.0, SIDE_WIDTH, 330.0), i, truth),
            &view,
        )
    })
}

/// The whole picture.
fn svg(findings: &Findings<'_>, truth: &[Enu]) -> String {
    let report = findings.report;
    // Other places that the arrivals allow are worth a place on the map.
    let in_view: Vec<Enu> = truth
        .iter()
        .copied()
        .chain(explained::places(findings))
        .collect();
    let shown = &report.incidents[..report.incidents.len().min(MOST_PANELS)];
    let (title, lines) = headline(report);
    let map_top = MARGIN + 34.0 + 20.0 * lines.len() as f64;
    let legend_y = map_top + MAP_HEIGHT + 22.0;
    let panel_top = legend_y + 32.0;
    let height = if shown.is_empty() {
        legend_y + MARGIN
    } else {
        panel_top + arrivals::height(&report.array, shown) + 8.0
    };
    let mut canvas = Canvas::new(WIDTH, height);
    canvas.text((MARGIN, MARGIN + 16.0), Type::new(25.0).bold(), &title);
    for (k, line) in lines.iter().enumerate() {
        let look = Type::new(13.5).fill(palette::MUTED);
        canvas.text((MARGIN, MARGIN + 40.0 + 20.0 * k as f64), look, line);
    }
    let full = Rect::new(MARGIN, map_top, WIDTH - 2.0 * MARGIN, MAP_HEIGHT);
    let map = if wants_insets(report, &in_view, full) {
        let map = Rect::new(full.x, full.y, full.w - SIDE_WIDTH - GAP, full.h);
        let side = Rect::new(map.right() + GAP, full.y, SIDE_WIDTH, full.h);
        insets(&mut canvas, side, findings, truth);
        map
    } else {
        full
    };
    let view = ground::view(map, report, &in_view);
    ground::draw(&mut canvas, &view, findings, truth);
    legend::draw(
        &mut canvas,
        (MARGIN + 10.0, legend_y),
        !truth.is_empty(),
        !shown.is_empty(),
        explained::places(findings).next().is_some(),
    );
    let gap = 36.0;
    let n = shown.len().max(1) as f64;
    let each = (WIDTH - 2.0 * MARGIN - gap * (n - 1.0)) / n;
    for (k, incident) in shown.iter().enumerate() {
        let area = Rect::new(
            MARGIN + (each + gap) * k as f64,
            panel_top,
            each,
            height - panel_top,
        );
        let name = ground::letter(k, report.incidents.len());
        arrivals::draw(&mut canvas, area, &report.array, incident, name.as_deref());
    }
    canvas.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use resvg::usvg::roxmltree::Document;

    /// Writes both kinds and returns the SVG; `SHOTFIX_PICTURES=DIR` keeps them for the eye.
    fn picture(name: &str, report: &LocateReport, truth: &[Enu]) -> String {
        let findings = Findings::detailed(report, &shotfix_core::Settings::default(), true);
        let scratch = tempfile::tempdir().unwrap();
        let dir = std::env::var_os("SHOTFIX_PICTURES")
            .map_or(scratch.path().to_owned(), std::path::PathBuf::from);
        let (png, svg) = (
            dir.join(format!("{name}.png")),
            dir.join(format!("{name}.svg")),
        );
        plot_report(&findings, truth, &png).unwrap();
        plot_report(&findings, truth, &svg).unwrap();
        let bytes = std::fs::read(&png).unwrap();
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
        plot_report(&findings, truth, &png).unwrap();
        assert_eq!(bytes, std::fs::read(&png).unwrap(), "the same bytes again");
        let text = std::fs::read_to_string(svg).unwrap();
        Document::parse(&text).unwrap();
        assert!(!text.contains("NaN") && !text.contains("inf"));
        text
    }

    #[test]
    fn the_usual_case() {
        let svg = picture(
            "town",
            &fixture::town_report(),
            &[Enu::new(121.0, 54.4, 1.5)],
        );
        for words in [
            "Gunfire 94 %, 4 rounds",
            "N12",
            "1.2 m from the truth",
            "+187",
        ] {
            assert!(svg.contains(words), "{words}");
        }
    }

    #[test]
    fn a_source_that_moves_has_an_arrow() {
        let svg = picture("moving", &fixture::moving_report(), &[]);
        assert!(svg.contains("13 m/s"));
    }

    #[test]
    fn an_anonymous_array_far_from_its_origin() {
        let svg = picture("anonymous", &fixture::anonymous_report(), &[]);
        for words in ["east -11305.0 m, north 3560.0 m", ">y<", "charlie"] {
            assert!(svg.contains(words), "{words}");
        }
    }

    #[test]
    fn a_huge_ellipse_outside_the_array() {
        let mut report = fixture::anonymous_report();
        let far = Enu::new(-10_700.0, 3_900.0, 0.0);
        report.incidents = vec![fixture::incident(
            &report.array,
            "far",
            fixture::time("2018-12-19T00:49:26.5Z"),
            far,
            [[40_000.0, 18_000.0], [18_000.0, 9_500.0]],
            &[0.0],
            (&[], &[2]),
        )];
        picture("huge", &report, &[Enu::new(-10_650.0, 3_880.0, 0.0)]);
    }

    #[test]
    fn nothing_found() {
        let svg = picture("empty", &fixture::empty_report(), &[]);
        assert!(svg.contains("No shots found") && !svg.contains("Arrivals"));
        let array = shotfix_core::Array::try_new(vec![], None).unwrap();
        let report = LocateReport {
            path_terms: None,
            array,
            incidents: vec![],
            warnings: vec![],
        };
        picture("nothing", &report, &[]);
    }

    #[test]
    fn several_incidents_in_one_picture() {
        let mut report = fixture::town_report();
        for k in 1..5_u8 {
            let k = f64::from(k);
            report.incidents.push(fixture::incident(
                &report.array,
                "next",
                fixture::time("2026-11-24T02:10:47.5Z"),
                Enu::new(120.0 - 400.0 * k, 55.0 - 60.0 * k, 1.5),
                [[30.0 * k, -9.0], [-9.0, 16.0]],
                &[0.0, 0.11, 0.23, 0.34, 0.46, 0.57, 0.69],
                (&[1, 4], &[2]),
            ));
            if k == 1.0 {
                picture("two", &report, &[]);
            }
        }
        let svg = picture("five", &report, &[]);
        assert!(svg.contains("and 2 more on the map"));
    }

    #[test]
    fn hostile_names_and_many_sensors() {
        picture("hostile", &fixture::hostile_report(), &[]);
        let sensors = (0..90_u8)
            .map(|k| {
                let (row, column) = (f64::from(k / 10), f64::from(k % 10));
                let place = Enu::new(column * 210.0, row * 190.0 + column * 11.0, 9.0);
                shotfix_core::Sensor::new(format!("roof-{k:03}"), place)
            })
            .collect();
        let array = shotfix_core::Array::try_new(sensors, None).unwrap();
        let found = fixture::incident(
            &array,
            "many",
            fixture::time("2026-11-24T02:10:47.5Z"),
            Enu::new(700.0, 800.0, 0.0),
            [[2.0, 0.3], [0.3, 1.0]],
            &[0.0, 0.6],
            (&[5, 50, 33], &[7, 70]),
        );
        let report = LocateReport {
            path_terms: None,
            array,
            incidents: vec![found],
            warnings: vec![],
        };
        picture("many", &report, &[]);
    }

    #[test]
    fn other_endings_are_refused() {
        let report = fixture::empty_report();
        let findings = Findings::plain(&report);
        let error = plot_report(&findings, &[], Path::new("map.jpg")).unwrap_err();
        assert!(matches!(error, PlotError::Ending { .. }));
    }
}
