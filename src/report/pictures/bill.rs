//! The pictures of a bill. For each day that is billed: the samples against the cap, with the peak marked. For each
//! peering and month: the daily peaks with their costs, or under the percentile that is billed. Picks the data; the
//! other files here draw.

use super::day::{DayPlot, PeakMark, SamplePoint, day_svg};
use super::hours::ClockChange;
use super::month::{DayBar, DayPrice, MonthPlot, Percentile, month_svg};
use crate::metering::{Basis, Bill, DayPeak, Limit, LineItem, Sample, Series, Terms, days};
use crate::model::Direction;
use crate::report::format::words::zone_name;
use jiff::tz::TimeZone;

/// File names and SVG texts: `PeerConn-2017-06-01.svg` for a day, `PeerConn-2017-06.svg` for a month. Pictures of a
/// `partial` run say so. None where nothing is billed.
pub fn pictures(series: &[Series], terms: &Terms, partial: bool) -> Vec<(String, String)> {
    let mark = if partial { "PARTIAL: " } else { "" };
    series.iter().flat_map(|one| of_series(one, terms, mark)).collect()
}

fn of_series(series: &Series, terms: &Terms, mark: &str) -> Vec<(String, String)> {
    let bill = Bill::of(std::slice::from_ref(series), terms);
    let each_day = bill.lines.iter().filter_map(|line| day(line, series, terms));
    let each_day = each_day.map(|(name, mut plot)| {
        plot.title.insert_str(0, mark);
        (name, day_svg(&plot))
    });
    let months = bill.lines.chunk_by(|a, b| month_of(a, &terms.zone) == month_of(b, &terms.zone));
    let months = months.filter_map(|lines| month_of_days(lines, terms));
    let peaks = days(series, &terms.zone);
    let billed = bill.lines.iter().filter_map(|line| month_of_percentile(line, &peaks, terms));
    let each_month = months.chain(billed).map(|(name, mut plot)| {
        plot.title.insert_str(0, mark);
        (name, month_svg(&plot))
    });
    each_day.chain(each_month).collect()
}

fn day(line: &LineItem, series: &Series, terms: &Terms) -> Option<(String, DayPlot)> {
    let Basis::Day(peak, _) = &line.basis else { return None };
    let start = line.period.from.as_second();
    let second = |instant: jiff::Timestamp| u32::try_from(instant.as_second() - start).unwrap_or_default();
    let inside = |sample: &&Sample| line.period.contains(sample.start);
    let samples: Vec<&Sample> = series.samples.iter().filter(inside).collect();
    let point = |sample: &&Sample| SamplePoint {
        start: second(sample.start),
        out_bps: sample.measured(Direction::Out).rate().as_bps(),
        in_bps: sample.measured(Direction::In).rate().as_bps(),
        partial: sample.partial,
    };
    let subject = &line.subject;
    let civil = peak.billable.start.to_zoned(terms.zone.clone());
    let rate = peak.billable.load.rate();
    let mark = PeakMark {
        second: second(peak.billable.start),
        bps: rate.as_bps(),
        direction: peak.billable.direction,
        text: format!("{rate} at {}, {}", civil.strftime("%H:%M"), amount(line, terms)),
    };
    let plot = DayPlot {
        title: format!("{} on {}", subject.peering, peak.date),
        subtitle: format!(
            "{} ({}) to {} ({}), seen from {}",
            subject.requester.vpc,
            subject.requester.region,
            subject.accepter.vpc,
            subject.accepter.region,
            subject.requester.vpc
        ),
        zone: zone_name(&terms.zone, line.period.from),
        day: peak.date.to_string(),
        clock_change: clock_change(line, &terms.zone),
        samples: samples.iter().map(point).collect(),
        cap: caps(&samples, second),
        peak: (rate.as_bps() > 0).then_some(mark),
        loss: samples.iter().filter_map(|s| Some((second(s.start), s.loss?.as_ppb()))).collect(),
    };
    Some((format!("{}.svg", file_stem(&subject.peering, &peak.date.to_string())), plot))
}

/// The cap from each instant at which it changes.
fn caps(samples: &[&Sample], second: impl Fn(jiff::Timestamp) -> u32) -> Vec<(u32, Option<u64>)> {
    let mut steps: Vec<(u32, Option<u64>)> = Vec::new();
    for sample in samples {
        let cap = match sample.limit {
            Limit::Cap(cap) => Some(cap.as_bps()),
            Limit::Idle | Limit::Unknown => None,
        };
        if steps.last().is_none_or(|(_, last)| *last != cap) {
            steps.push((second(sample.start), cap));
        }
    }
    steps
}

/// Clock changes on the line's day.
fn clock_change(line: &LineItem, zone: &TimeZone) -> Option<ClockChange> {
    let start = line.period.from;
    let change = zone.following(start).next().filter(|change| line.period.contains(change.timestamp()))?;
    let before = zone.to_offset(start).seconds();
    let at = u32::try_from(change.timestamp().as_second() - start.as_second()).ok()?;
    Some(ClockChange { at, forward: change.offset().seconds() - before })
}

fn month_of(line: &LineItem, zone: &TimeZone) -> (i16, i8) {
    let first = line.period.from.to_zoned(zone.clone());
    (first.year(), first.month())
}

fn bar(peak: &DayPeak, price: DayPrice) -> DayBar {
    DayBar { label: peak.date.strftime("%m-%d").to_string(), peak_bps: peak.billable.load.rate().as_bps(), price }
}

fn month_of_days(lines: &[LineItem], terms: &Terms) -> Option<(String, MonthPlot)> {
    let bar = |line: &LineItem| {
        let Basis::Day(peak, _) = &line.basis else { return None };
        let price = line.amount().map_or(DayPrice::NotPublished, |amount| DayPrice::Amount(amount.to_string()));
        Some(bar(peak, price))
    };
    let days: Vec<DayBar> = lines.iter().filter_map(bar).collect();
    let line = lines.first().filter(|_| days.len() > 1)?;
    let subtitle = format!("daily peaks and what each day costs in {}", terms.book.currency);
    Some(month(line, terms, subtitle, days, None))
}

fn month_of_percentile(line: &LineItem, peaks: &[DayPeak], terms: &Terms) -> Option<(String, MonthPlot)> {
    let Basis::Month(billed) = &line.basis else { return None };
    let of_month = peaks.iter().filter(|peak| billed.span.contains(peak.span.from));
    let bars = of_month.map(|peak| bar(peak, DayPrice::OfMonth)).collect();
    let rate = billed.load.rate();
    let percentile = Percentile { bps: rate.as_bps(), text: format!("95 %: {rate}, {}", amount(line, terms)) };
    let subtitle = "daily peaks and the 95th percentile of the month, which is billed".to_owned();
    Some(month(line, terms, subtitle, bars, Some(percentile)))
}

fn month(
    line: &LineItem,
    terms: &Terms,
    subtitle: String,
    days: Vec<DayBar>,
    percentile: Option<Percentile>,
) -> (String, MonthPlot) {
    let (peering, (year, month)) = (&line.subject.peering, month_of(line, &terms.zone));
    let title = format!("{peering} in {year}-{month:02}");
    (
        format!("{}.svg", file_stem(peering, &format!("{year}-{month:02}"))),
        MonthPlot { title, subtitle, days, percentile },
    )
}

/// `PeerConn-2017-06-01`. A `#` would end a link to the file.
fn file_stem(peering: &str, period: &str) -> String {
    format!("{}-{period}", peering.replace('#', "-"))
}

fn amount(line: &LineItem, terms: &Terms) -> String {
    line.amount().map_or_else(|| "price not published".into(), |amount| format!("{amount} {}", terms.book.currency))
}
