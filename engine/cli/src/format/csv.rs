//! One row a shot, for spreadsheets and data frames.

use std::io::Write;

use shotfix_core::Trajectory;
use shotfix_core::solve::Region;

use super::FormatError;
use super::numbers::{Place, metres, rfc_3339, round, seconds};
use crate::findings::Findings;

/// The columns. Positions fill either the geodetic or the local ones, so the header is the same
/// for every array.
const HEADER: [&str; 28] = [
    "incident",
    "round",
    "time",
    "time_sigma_s",
    "class",
    "probability",
    "latitude",
    "longitude",
    "height_m",
    "east_m",
    "north_m",
    "up_m",
    "var_east_m2",
    "cov_east_north_m2",
    "var_north_m2",
    "semi_major_m",
    "semi_minor_m",
    "azimuth_deg",
    "sensors_used",
    "sensors_rejected",
    "sensors_missing",
    "semi_major50_m",
    "semi_minor50_m",
    "map50_area_m2",
    "map95_area_m2",
    "fire_azimuth_deg",
    "fire_azimuth_sigma_deg",
    "bullet_speed_m_s",
];

pub(super) fn write(findings: &Findings<'_>, out: &mut dyn Write) -> Result<(), FormatError> {
    use shotfix_core::ArrivalStatus::{Missing, Rejected, Used};
    let report = findings.report;
    let mut table = csv::Writer::from_writer(out);
    table.write_record(HEADER)?;
    for (n, incident) in report.incidents.iter().enumerate() {
        for (k, shot) in incident.shots.iter().enumerate() {
            let (class, probability) = shot.class.best();
            let globe = match Place::new(&report.array, shot.position) {
                Place::Globe {
                    latitude,
                    longitude,
                    height,
                } => [latitude, longitude, height].map(|v| v.to_string()),
                Place::Local { .. } => [const { String::new() }; 3],
            };
            let [lat, lon, height] = globe;
            let half = shot.ellipse95.of_half();
            let map = findings.map(n, k);
            let area = |region: Option<&Region>| {
                region.map_or_else(String::new, |r| metres(r.area_m2).to_string())
            };
            let flight = |of: fn(&Trajectory) -> f64| {
                let trajectory = shot.trajectory.as_ref();
                trajectory.map_or_else(String::new, |t| of(t).to_string())
            };
            let p = shot.position;
            let c = shot.covariance_m2;
            let with = |status| {
                let n = shot.arrivals.iter().filter(|a| a.status == status).count();
                n.to_string()
            };
            table.write_record([
                incident.id.clone(),
                (k + 1).to_string(),
                rfc_3339(shot.time),
                seconds(shot.time_sigma.0).to_string(),
                class.label().to_owned(),
                round(probability, 4).to_string(),
                lat,
                lon,
                height,
                metres(p.east_m).to_string(),
                metres(p.north_m).to_string(),
                metres(p.up_m).to_string(),
                round(c[0][0], 6).to_string(),
                round(c[0][1], 6).to_string(),
                round(c[1][1], 6).to_string(),
                metres(shot.ellipse95.semi_major_m).to_string(),
                metres(shot.ellipse95.semi_minor_m).to_string(),
                round(shot.ellipse95.azimuth_deg, 2).to_string(),
                with(Used),
                with(Rejected),
                with(Missing),
                metres(half.semi_major_m).to_string(),
                metres(half.semi_minor_m).to_string(),
                area(map.map(|m| &m.region50)),
                area(map.map(|m| &m.region95)),
                flight(|t| round(t.azimuth_deg, 2)),
                flight(|t| round(t.azimuth_sigma_deg, 2)),
                flight(|t| round(t.speed_m_s, 1)),
            ])?;
        }
    }
    table.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use shotfix_core::LocateReport;

    fn rows(report: &LocateReport) -> Vec<Vec<String>> {
        let mut out = Vec::new();
        write(&Findings::plain(report), &mut out).unwrap();
        let mut reader = csv::Reader::from_reader(out.as_slice());
        assert_eq!(reader.headers().unwrap(), HEADER.to_vec());
        reader
            .records()
            .map(|row| row.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn a_row_a_shot_with_both_kinds_of_coordinates() {
        let town = rows(&fixture::town_report());
        assert_eq!(town.len(), 4);
        assert_eq!(town[1][1], "2");
        assert_eq!(town[1][2], "2026-11-24T02:10:05.535456Z");
        assert!(town[1][6].starts_with("40.44"));
        assert_eq!(&town[1][18..21], ["10", "1", "1"]);
    }

    #[test]
    fn anonymous_arrays_leave_the_geodetic_columns_empty() {
        let row = &rows(&fixture::anonymous_report())[0];
        assert_eq!(&row[6..9], ["", "", ""]);
        assert!(row[9].starts_with("-113"), "{}", row[9]);
    }

    #[test]
    fn quotes_what_would_break_a_row() {
        let hostile = rows(&fixture::hostile_report());
        assert_eq!(hostile.len(), 2);
        assert_eq!(hostile[0][0], "<id>&\n\",");
        assert!(rows(&fixture::empty_report()).is_empty());
    }
}
