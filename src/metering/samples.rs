//! A measured series from CSV, so that a real link's samples are billed by the same code. Reads text; opens no file.
//!
//! ```csv
//! time,peering,direction,bps
//! 2017-06-01 00:00:00,PeerConn,out,20000000
//! 2017-06-01T00:05:00+08:00,PeerConn,in,30000000
//! ```
//!
//! The first line names the columns, in any order: `time`, `peering`, `direction` (`out` or `in`, seen from the requester) or `from`
//! and `to` (VPC names), and `bps` (the average) or `bytes` (the sum) of 5 minutes, whole numbers. A time has an offset, or is civil
//! time of the billing zone. A row is the sample of the 5-minute window that its time lies in. Rows may come in any order. Of several
//! rows for one window and direction the largest counts; a window without a row, from the first to the last day with one, counts as
//! silence. All of that is counted.

use super::calendar::Days;
use super::complaint::Complaint;
use super::series::{Direction, Limit, Load, Sample, Series, WINDOW};
use super::subject::Subject;
use crate::units::BitRate;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::ops::Range;

/// Complaints beyond this many say nothing new.
const COMPLAINTS_MAX: usize = 20;
/// 10 Tbps: more could not be priced exactly, and is a mistake.
const BPS_MAX: u64 = 10_000_000_000_000;

/// How the rows of a file were handled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Handled {
    /// Rows with a sample.
    pub rows: u64,
    /// Rows earlier than the row before them of the same peering.
    pub unsorted: u64,
    /// Rows for a window and direction that had one; the largest counts.
    pub repeated: u64,
    /// Rows whose time is not the start of a window.
    pub inside: u64,
}

/// Reads samples of the peerings `subjects`, one series for each of those that have rows.
///
/// # Errors
/// What is wrong with the text, at most the first 20.
pub fn read_samples(
    text: &str,
    subjects: &[Subject],
    zone: &TimeZone,
) -> Result<(Vec<Series>, Handled), Vec<Complaint>> {
    let mut lines = lines(text).filter(|(_, line)| !line.trim().is_empty());
    let Some((at, head)) = lines.next() else {
        return Err(vec![Complaint::new(0..0, "there are no samples").hint("start with time,peering,direction,bps")]);
    };
    let columns = Columns::of(at, head).map_err(|complaint| vec![complaint])?;
    let mut reader =
        Reader { columns, subjects, zone, days: Days::new(zone), windows: vec![BTreeMap::new(); subjects.len()] };
    let mut handled = Handled::default();
    let mut complaints = Vec::new();
    let mut latest = vec![Timestamp::MIN; subjects.len()];
    for (at, line) in lines {
        match reader.row(at, line) {
            Ok(row) => reader.keep(row, &mut handled, &mut latest[row.subject]),
            Err(complaint) => complaints.push(complaint),
        }
        if complaints.len() == COMPLAINTS_MAX {
            break;
        }
    }
    if !complaints.is_empty() {
        return Err(complaints);
    }
    let named = subjects.iter().zip(reader.windows).filter(|(_, windows)| !windows.is_empty());
    Ok((named.map(|(subject, windows)| series(subject, windows, zone)).collect(), handled))
}

fn series(subject: &Subject, windows: BTreeMap<Timestamp, [Option<Load>; 2]>, zone: &TimeZone) -> Series {
    let sample = |(start, loads): (Timestamp, [Option<Load>; 2])| Sample {
        loss: None,
        start,
        loads: loads.map(Option::unwrap_or_default),
        limit: Limit::Unknown,
        partial: false,
    };
    Series::of_days(subject.clone(), windows.into_iter().map(sample).collect(), zone)
}

/// Lines with the byte they start at, without their ends.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line.trim_end_matches(['\n', '\r']))
    })
}

/// The fields of a line with their places; blanks and a pair of quotes around a field do not count.
fn fields(at: usize, line: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = at;
    line.split(',').map(move |field| {
        let begin = start + (field.len() - field.trim_start().len());
        start += field.len() + 1;
        let field = field.trim();
        let bare = field.strip_prefix('"').and_then(|f| f.strip_suffix('"')).unwrap_or(field);
        (begin..begin + field.len(), bare)
    })
}

/// Which field is what.
struct Columns {
    count: usize,
    time: usize,
    peering: usize,
    /// `direction`, or `from` and `to`.
    way: Way,
    value: usize,
    is_bytes: bool,
}

enum Way {
    Direction(usize),
    Ends(usize, usize),
}

impl Columns {
    fn of(at: usize, head: &str) -> Result<Columns, Complaint> {
        const KNOWN: &str = "columns are time, peering, direction (or from and to), bps (or bytes)";
        let head = head.trim_start_matches('\u{feff}');
        let names: Vec<(Range<usize>, &str)> = fields(at, head).collect();
        let mut known = BTreeMap::new();
        for (index, (span, name)) in names.iter().enumerate() {
            if !["time", "peering", "direction", "from", "to", "bps", "bytes"].contains(name) {
                return Err(Complaint::new(span.clone(), format!("unknown column `{name}`")).hint(KNOWN));
            }
            if known.insert(*name, index).is_some() {
                return Err(Complaint::new(span.clone(), format!("column `{name}` is given twice")).hint(KNOWN));
            }
        }
        let missing =
            |what: &str| Complaint::new(at..at + head.len(), format!("there is no column {what}")).hint(KNOWN);
        let column = |name: &str| known.get(name).copied();
        let way = match (column("direction"), column("from"), column("to")) {
            (Some(direction), None, None) => Way::Direction(direction),
            (None, Some(from), Some(to)) => Way::Ends(from, to),
            (None, None, None) => return Err(missing("`direction`, or `from` and `to`")),
            _ => return Err(Complaint::new(at..at + head.len(), "either `direction`, or `from` and `to`").hint(KNOWN)),
        };
        let (value, is_bytes) = match (column("bps"), column("bytes")) {
            (Some(bps), None) => (bps, false),
            (None, Some(bytes)) => (bytes, true),
            (None, None) => return Err(missing("`bps` or `bytes`")),
            _ => return Err(Complaint::new(at..at + head.len(), "either `bps` or `bytes`, not both").hint(KNOWN)),
        };
        let time = column("time").ok_or_else(|| missing("`time`"))?;
        let peering = column("peering").ok_or_else(|| missing("`peering`"))?;
        Ok(Columns { count: names.len(), time, peering, way, value, is_bytes })
    }
}

#[derive(Clone, Copy)]
struct Row {
    subject: usize,
    time: Timestamp,
    direction: Direction,
    load: Load,
}

struct Reader<'a> {
    columns: Columns,
    subjects: &'a [Subject],
    zone: &'a TimeZone,
    days: Days<'a>,
    windows: Vec<BTreeMap<Timestamp, [Option<Load>; 2]>>,
}

impl Reader<'_> {
    fn keep(&mut self, row: Row, handled: &mut Handled, latest: &mut Timestamp) {
        let start = self.days.of(row.time).window_start(row.time, WINDOW);
        handled.rows += 1;
        handled.unsorted += u64::from(row.time < *latest);
        handled.inside += u64::from(row.time != start);
        *latest = row.time.max(*latest);
        let kept = &mut self.windows[row.subject].entry(start).or_default()[row.direction as usize];
        handled.repeated += u64::from(kept.is_some());
        *kept = (*kept).max(Some(row.load));
    }

    fn row(&self, at: usize, line: &str) -> Result<Row, Complaint> {
        // Rows have few fields; the longest legal row has six.
        let mut found: [(Range<usize>, &str); 7] = Default::default();
        let mut count = 0;
        for field in fields(at, line) {
            found[count.min(6)] = field;
            count += 1;
        }
        if count != self.columns.count {
            let message = format!("{count} fields, the first line names {}", self.columns.count);
            return Err(Complaint::new(at..at + line.len(), message));
        }
        let subject = self.subject(&found[self.columns.peering])?;
        Ok(Row {
            subject,
            time: self.time(&found[self.columns.time])?,
            direction: self.direction(&found, &self.subjects[subject])?,
            load: self.load(&found[self.columns.value])?,
        })
    }

    fn subject(&self, (span, name): &(Range<usize>, &str)) -> Result<usize, Complaint> {
        let found = self.subjects.iter().rposition(|subject| subject.peering == *name);
        found.ok_or_else(|| {
            let all: Vec<&str> = self.subjects.iter().map(|subject| subject.peering.as_str()).take(10).collect();
            let hint = format!("the scenario has {}", all.join(", "));
            Complaint::new(span.clone(), format!("the scenario has no peering `{name}`")).hint(hint)
        })
    }

    fn time(&self, (span, text): &(Range<usize>, &str)) -> Result<Timestamp, Complaint> {
        let civil = || text.parse::<DateTime>().ok()?.to_zoned(self.zone.clone()).ok().map(|zoned| zoned.timestamp());
        text.parse::<Timestamp>().ok().or_else(civil).ok_or_else(|| {
            Complaint::new(span.clone(), format!("`{text}` is not a time"))
                .hint("write 2017-06-01T00:05:00+08:00, or 2017-06-01 00:05:00 for time in the billing zone")
        })
    }

    fn direction(&self, found: &[(Range<usize>, &str)], subject: &Subject) -> Result<Direction, Complaint> {
        match self.columns.way {
            Way::Direction(at) => match found[at].1 {
                "out" => Ok(Direction::Out),
                "in" => Ok(Direction::In),
                other => Err(Complaint::new(found[at].0.clone(), format!("`{other}` is not a direction"))
                    .hint("write out or in, seen from the requester")),
            },
            Way::Ends(from, to) => {
                let (a, b) = (&subject.requester.vpc, &subject.accepter.vpc);
                match (found[from].1, found[to].1) {
                    (x, y) if x == a && y == b => Ok(Direction::Out),
                    (x, y) if x == b && y == a => Ok(Direction::In),
                    (x, y) => {
                        let message = format!("`{}` does not lead from `{x}` to `{y}`", subject.peering);
                        Err(Complaint::new(found[from].0.clone(), message).hint(format!("its ends are {a} and {b}")))
                    }
                }
            }
        }
    }

    fn load(&self, (span, text): &(Range<usize>, &str)) -> Result<Load, Complaint> {
        let most = if self.columns.is_bytes { BPS_MAX / 8 * WINDOW as u64 } else { BPS_MAX };
        match text.parse::<u64>() {
            Ok(value) if value > most => Err(Complaint::new(span.clone(), format!("{value} is more than {most}"))),
            Ok(bytes) if self.columns.is_bytes => Ok(Load::from_bits(bytes * 8)),
            Ok(bps) => Ok(Load::of(BitRate::from_bps(bps))),
            Err(_) => Err(Complaint::new(span.clone(), format!("`{text}` is not a whole number"))
                .hint("write digits only, without unit or decimals")),
        }
    }
}
