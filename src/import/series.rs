//! A traffic matrix over time -> a scenario that plays it: a VPC for each place, in its own region; peerings between
//! all of them; a traffic entry for each pair, which reads its column of the same file.

use super::matrix::{Matrix, Pair};
use super::options::SeriesOptions;
use crate::model::Rules;
use crate::model::control::BUFFER_MAX;
use crate::notation::{Complaints, Diagnostic, Source};
use crate::units::{BitRate, Factor, SimDuration, grouped};
use std::fmt::Write;

/// Above this cap, in Mbps, the default queue of 50 ms (S33) would exceed the largest queue.
const DEFAULT_QUEUE_CAP: u64 = BUFFER_MAX.as_u64() * 8 / 50_000;
/// The rules of a scenario that names none.
const GUIDE: Rules = Rules::guide();

/// The scenario called `name` that plays the table `source`, which the scenario will find as `file`.
///
/// # Errors
/// Everything wrong with the matrix, with places in the file.
pub fn series(name: &str, file: &str, source: &Source, options: &SeriesOptions) -> Result<String, Vec<Diagnostic>> {
    let mut out = Complaints::default();
    let table = out.add(source.clone());
    let Some(matrix) = Matrix::read(table, options, &mut out).filter(|_| !out.has_errors()) else {
        return Err(out.finish());
    };
    let places = matrix.places.len();
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = head(&mut out, name, &matrix, options);
    for at in 0..places {
        let _ = place(&mut out, &matrix, at, options);
    }
    for (a, b) in meshed(places) {
        let _ = peering(&mut out, &matrix, a, b);
    }
    for pair in matrix.pairs.iter().filter(|pair| pair.peak.as_bps() > 0) {
        let _ = traffic(&mut out, &matrix, pair, file, options);
    }
    Ok(out)
}

fn meshed(places: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..places).flat_map(move |a| (a + 1..places).map(move |b| (a, b)))
}

fn head(out: &mut String, name: &str, matrix: &Matrix, options: &SeriesOptions) -> std::fmt::Result {
    let silent = matrix.pairs.iter().filter(|pair| pair.peak.as_bps() == 0).count();
    let (places, pairs) = (matrix.places.len(), matrix.pairs.len());
    writeln!(out, "# Question: do the caps hold what was measured?")?;
    writeln!(out, "# {places} places, {pairs} pairs of them, {} steps.", grouped(matrix.rows as u64))?;
    if matrix.within + silent > 0 {
        writeln!(out, "# Left out: {} columns within one place, {silent} without any traffic.", matrix.within)?;
    }
    writeln!(out, "name = {}\nduration = {}", quoted(name), quoted(&exact(matrix.duration)))?;
    if let Some(start) = &matrix.start {
        writeln!(out, "start = \"{}\"", start.strftime("%Y-%m-%dT%H:%M:%S%.f%:z"))?;
    }
    if let Some(zone) = &options.zone {
        writeln!(out, "zone = {}", quoted(zone))?;
    }
    writeln!(out, "quota = {}", (GUIDE.quota_total as usize).max(places - 1))
}

fn place(out: &mut String, matrix: &Matrix, at: usize, options: &SeriesOptions) -> std::fmt::Result {
    let (name, key) = (&matrix.places[at], key(&matrix.places[at]));
    writeln!(out, "\n[region.{key}]")?;
    let delay = quoted(&exact(options.delay));
    let delays: Vec<String> = matrix.places[..at].iter().map(|other| format!("{} = {delay}", quoted(other))).collect();
    if !delays.is_empty() {
        writeln!(out, "delay = {{ {} }}", delays.join(", "))?;
    }
    writeln!(out, "\n[vpc.{key}]\nregion = {}\ncidr = \"10.{at}.0.0/16\"", quoted(name))?;
    writeln!(out, "\n[vpc.{key}.subnet.all]\ncidr = \"10.{at}.1.0/24\"\nroutes = [")?;
    for other in (0..matrix.places.len()).filter(|other| *other != at) {
        let via = quoted(&matrix.between(at.min(other), at.max(other)));
        writeln!(out, "    {{ to = \"10.{other}.0.0/16\", via = {via} }},")?;
    }
    writeln!(out, "]\n\n[vpc.{key}.host.h]\naddress = \"10.{at}.1.10\"")
}

fn peering(out: &mut String, matrix: &Matrix, a: usize, b: usize) -> std::fmt::Result {
    let cap = cap_above(matrix.peak(a, b));
    writeln!(out, "\n[peering.{}]", key(&matrix.between(a, b)))?;
    writeln!(out, "requester = {}\naccepter = {}", quoted(&matrix.places[a]), quoted(&matrix.places[b]))?;
    writeln!(out, "bandwidth = \"{cap} Mbps\"")?;
    if BitRate::from_mbps(cap) > GUIDE.bandwidth_max {
        writeln!(out, "ticket = true")?;
    }
    if cap > DEFAULT_QUEUE_CAP {
        writeln!(out, "queue = \"{} B\"", BUFFER_MAX.as_u64())?;
    }
    Ok(())
}

fn traffic(out: &mut String, matrix: &Matrix, pair: &Pair, file: &str, options: &SeriesOptions) -> std::fmt::Result {
    let host = |place: usize| quoted(&format!("{}/h", matrix.places[place]));
    writeln!(out, "\n[traffic.{}]", key(&pair.column))?;
    writeln!(out, "from = {}\nto = {}\npattern = \"series\"", host(pair.from), host(pair.to))?;
    writeln!(out, "file = {}\ncolumn = {}", quoted(file), quoted(&pair.column))?;
    writeln!(out, "unit = {}", quoted(&options.unit_text))?;
    written_as(out, options)?;
    if options.scale != Factor::ONE {
        writeln!(out, "scale = {}", options.scale)?;
    }
    writeln!(out, "packet_size = \"1500 B\"")
}

/// The keys that say how the file is written.
fn written_as(out: &mut String, options: &SeriesOptions) -> std::fmt::Result {
    let dialect = &options.dialect;
    match dialect.epoch {
        Some(epoch) => writeln!(out, "epoch = {}", quoted(epoch.name()))?,
        None => writeln!(out, "step = {}", quoted(&exact(options.step)))?,
    }
    if let Some(delimiter) = dialect.delimiter {
        writeln!(out, "delimiter = {}", quoted(delimiter.name()))?;
    }
    if let Some(mark) = dialect.decimal {
        writeln!(out, "decimal = {}", quoted(&mark.letter().to_string()))?;
    }
    if !dialect.missing.is_empty() {
        let words: Vec<String> = dialect.missing.iter().map(|word| quoted(word)).collect();
        writeln!(out, "missing = [{}]", words.join(", "))?;
    }
    Ok(())
}

/// The console's first cap at least a tenth above the peak; above the console's largest, whole Mbps.
fn cap_above(peak: BitRate) -> u64 {
    let wanted = peak.as_bps().saturating_add(peak.as_bps() / 10).div_ceil(1_000_000);
    GUIDE.menu.caps().iter().map(|cap| cap.as_bps() / 1_000_000).find(|cap| *cap >= wanted).unwrap_or(wanted)
}

/// A duration as text that reads back exactly.
fn exact(duration: SimDuration) -> String {
    let nanos = duration.as_nanos();
    let units = [("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000)];
    let units = units.into_iter().chain([("ms", 1_000_000), ("us", 1_000)]);
    let fits = units.into_iter().find(|(_, factor)| nanos.is_multiple_of(*factor) && nanos > 0);
    fits.map_or_else(|| format!("{nanos} ns"), |(unit, factor)| format!("{} {unit}", nanos / factor))
}

/// A bare TOML key, or a quoted one where a dot would split it.
fn key(name: &str) -> String {
    if name.contains('.') { quoted(name) } else { name.to_owned() }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            // Writing to a String cannot fail.
            c if c.is_control() => drop(write!(out, "\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::Dialect;

    fn import(text: &str) -> Result<String, String> {
        let options = SeriesOptions {
            unit: "Mbps".parse().unwrap(),
            unit_text: "Mbps".into(),
            step: SimDuration::from_secs(300),
            scale: Factor::ONE,
            delay: SimDuration::from_millis(10),
            zone: None,
            dialect: Dialect::default(),
        };
        series("t", "t.csv", &Source::new("t.csv", text.into()), &options).map_err(|all| {
            let (line, column) = all[0].line_column().unwrap_or_default();
            format!("line {line}, column {column}: {}", all[0].message)
        })
    }

    #[test]
    fn every_pair_gets_its_entry_and_every_two_places_their_cap() {
        let text = import("step,a_a,a_b,b_a,b_c.d\n0,9,40,50,1500\n1,9,46,,0\n").expect("a matrix");
        assert_eq!(text.matches("[traffic.").count(), 3);
        assert_eq!(text.matches("[peering.").count(), 3);
        assert!(text.contains("duration = \"10 min\""), "{text}");
        assert!(
            text.contains("[peering.a--b]\nrequester = \"a\"\naccepter = \"b\"\nbandwidth = \"100 Mbps\""),
            "{text}"
        );
        assert!(text.contains("bandwidth = \"1650 Mbps\"\nticket = true") && text.contains("[vpc.\"c.d\"]"), "{text}");
        assert!(text.contains("1 columns within one place"), "{text}");
    }

    #[test]
    fn what_is_no_matrix_is_refused_with_its_place() {
        for (text, said) in [
            ("", "no line of rates"),
            ("step,a_b\n", "no line of rates"),
            ("step,ab\n0,1\n", "line 1, column 6: `ab`"),
            ("step,a_b_c\n0,1\n", "not ORIGIN_DESTINATION"),
            ("step,a_b,a_b\n0,1,1\n", "column 10: the column `a_b` is given twice"),
            ("step,a_b\n0,1\n1,x\n", "line 3, column 3"),
            ("step,a_b\nnoon,1\nNaN,1\n", "line 2, column 1: `noon` is not a time"),
            ("step,a_b\n0,1\n2017-06-01,1\n", "line 3, column 1: instants and times"),
            ("step,a_b\n0,1\n400 d,1\n", "line 3, column 1: the rows last longer"),
            ("step,a_b,a_c--d,a--c_d\n0,1,1,1\n", "line 1, column 1: two pairs"),
            ("step,a_b ü\n0,1\n", "line 1, column 6"),
            // The other rows are not reported because of it.
            ("step,a_b\nnoon,1\n2017-06-01,1\n2017-06-02,x\n", "line 2, column 1: `noon` is not a time"),
        ] {
            let wrong = import(text).expect_err(text);
            assert!(wrong.contains(said), "{text}: {wrong}");
        }
    }
}
