//! The arguments, declared once: parser, help and errors derive from here.

use super::edits::EditArgs;
use super::output::Destination;
use crate::metering::Period;
use crate::model::check_delay;
use crate::notation::{self, DecimalMark, Delimiter, Dialect, Epoch, Spelling};
use crate::scaffold::Scale;
use crate::units::{self, Factor, RateUnit, Share, SimDuration};
use crate::workload::{self, Workload};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, ColorChoice, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

/// Forwards packets through cloud VPCs that do not exist yet.
///
/// Exit codes: 0 done; 1 a demand of the scenario was not met; 2 cannot do it (the input is wrong, an output cannot be
/// written, memory is short); 130 interrupted (SIGINT, SIGTERM, SIGHUP), with a partial report. Anything else is a bug
/// of ours.
#[derive(Debug, Parser)]
#[command(name = "vpcsim", version, arg_required_else_help = true, disable_help_subcommand = true)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Command,
    /// Say less: of a run only what failed, of a bill only who pays what
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: all rows of the report, changes as they happen (-vv: epochs)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Mark what needs attention in colour: by default on terminals, unless NO_COLOR says otherwise
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

/// What `--color` says in arguments that are no command, or ask for help.
pub(super) fn colours_asked_for(args: impl Iterator<Item = String>) -> ColorChoice {
    let args: Vec<String> = args.take_while(|arg| arg != "--").collect();
    let beside = args.windows(2).filter(|two| two[0] == "--color").map(|two| two[1].as_str());
    let joined = args.iter().filter_map(|arg| arg.strip_prefix("--color="));
    beside.chain(joined).find_map(|when| ColorChoice::from_str(when, true).ok()).unwrap_or_default()
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run scenario files and report what arrived, what was dropped, where and why
    Run(RunArgs),
    /// Run a scenario and print what it costs: 5-minute samples, peaks of the days, the invoice
    Bill(BillArgs),
    /// Parse and validate scenario files; nothing runs
    Check(CheckArgs),
    /// Show every peering as the console's details page does: both ends, state, cap, quota, routes of both sides
    Show(ShowArgs),
    /// Write a new scenario: a small one to change, or one of any size
    New(NewArgs),
    /// Turn other people's files into scenarios
    #[command(subcommand)]
    Import(ImportCommand),
    /// Measure how many packets a second this machine forwards
    Bench(BenchArgs),
    /// Print the JSON Schema of scenario files
    Schema,
    /// Print what a shell needs to complete commands and options
    Completions(CompletionsArgs),
    /// Print the manual page, for example for man -l -
    Man,
    /// Explain the rules that reports cite, such as S13; without a number, list them
    Rules(RulesArgs),
    /// Explain a topic or a subcommand; without one, list them
    Help {
        /// A topic, or a subcommand
        #[arg(value_name = "TOPIC")]
        words: Vec<String>,
    },
}

#[derive(Debug, ClapArgs)]
pub(super) struct RunArgs {
    /// Scenario files, or - for standard input; several end in one comparison table
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Seed of every random stream, instead of the file's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub edits: EditArgs,
    /// The report, or the complaints, as JSON (an array for several files)
    #[arg(long)]
    pub json: bool,
    /// Also measure every peering per interval, for example 1s (at least 1ms): charts in the report, series in the JSON
    #[arg(long, value_name = "TIME", value_parser = parse_interval)]
    pub interval: Option<SimDuration>,
    /// Write the interval series as CSV (needs --interval and a single scenario); with - to standard output, and the
    /// report to standard error
    #[arg(long, value_name = "FILE", requires = "interval")]
    pub csv: Option<PathBuf>,
    /// Let --csv replace a file that is not an earlier CSV of its kind
    #[arg(long, requires = "csv")]
    pub force: bool,
    #[command(flatten)]
    pub how: HowArgs,
}

impl RunArgs {
    /// Where the report goes.
    pub(super) fn report_to(&self) -> Destination {
        Destination::beside(&[&self.csv])
    }
}

#[derive(Debug, Clone, Copy, ClapArgs)]
pub(super) struct HowArgs {
    /// Threads of each run, for the same report: by default all cores, divided among runs beside each other
    #[arg(long, value_name = "N")]
    pub workers: Option<NonZeroUsize>,
    /// Carry packet by packet, never a run of packets at once, for the same report
    #[arg(long)]
    pub packets: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct BillArgs {
    /// The scenario file, or -; may be left out with --samples: peerings are then billed as between two mainland
    /// regions
    #[arg(value_name = "FILE", required_unless_present = "samples")]
    pub file: Option<PathBuf>,
    /// Prices: guide-2017 (the default), cny-2016, usd-2018, cny-2022, or a file with a book of your own
    #[arg(long, value_name = "NAME|FILE")]
    pub book: Option<String>,
    /// Bill measured samples instead of running the scenario: CSV with time,peering,direction,bps (or from,to; or
    /// bytes) of 5 minutes
    #[arg(long, value_name = "FILE")]
    pub samples: Option<PathBuf>,
    #[command(flatten)]
    pub table: TableArgs,
    /// Bill the 95th percentile of the month instead of the peaks of the days: over all windows of 5 minutes in which a
    /// peering was in force, each 0 that has no row
    #[arg(long)]
    pub month_95: bool,
    /// What picks the tier where some of a peak is free, instead of the file's choice
    #[arg(long, value_name = "BASIS")]
    pub free_basis: Option<FreeBasisArg>,
    /// Write the bill as a FOCUS 1.0 CSV; with - to standard output, and the report to standard error
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Draw each peering's days, and months of several days, as SVG files into this folder; with --month-95 its months
    #[arg(long, value_name = "DIR")]
    pub svg: Option<PathBuf>,
    /// Write the monitoring metrics as CSV, every 5 minutes or --period; - as with --csv
    #[arg(long, value_name = "FILE", conflicts_with = "samples")]
    pub monitoring: Option<PathBuf>,
    /// Let --csv, --svg and --monitoring replace files that are not earlier ones of their kind
    #[arg(long)]
    pub force: bool,
    /// How often to monitor: 300s or 60s
    #[arg(long, value_name = "TIME", default_value = "300s", value_parser = parse_period)]
    pub period: Period,
    /// The invoice, or the complaints, as JSON
    #[arg(long)]
    pub json: bool,
    /// Exit with 1 if the price of anything is not published
    #[arg(long)]
    pub require_priced: bool,
    /// Also run with each cap of the console's menu, held throughout, and name the cheapest that loses at most this
    /// share, for example '0.1 %'
    #[arg(long, value_name = "LOSS", conflicts_with = "samples")]
    pub what_if: Option<Share>,
    /// Seed of every random stream, instead of the file's
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub edits: EditArgs,
    #[command(flatten)]
    pub how: HowArgs,
}

impl BillArgs {
    /// Where the report goes.
    pub(super) fn report_to(&self) -> Destination {
        Destination::beside(&[&self.csv, &self.monitoring])
    }
}

/// What picks the tier where some of a peak is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FreeBasisArg {
    /// The part that is billed
    Excess,
    /// The whole peak
    Peak,
}

#[derive(Debug, ClapArgs)]
pub(super) struct CheckArgs {
    /// Scenario files, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub edits: EditArgs,
    /// The complaints as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ShowArgs {
    /// Scenario file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only this peering
    #[arg(long, value_name = "NAME")]
    pub peering: Option<String>,
    /// As it is at this time of the timeline, for example 7d
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub at: Option<SimDuration>,
    #[command(flatten)]
    pub edits: EditArgs,
    /// The details, or the complaints, as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct NewArgs {
    /// So many hosts, 100 to a VPC, each a traffic source, for example 1M; or vpcs=10k,hosts=1M,sources=1M
    #[arg(long, value_name = "SCALE")]
    pub scale: Option<Scale>,
    /// Write here instead of to standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write over a file with other content that is there already
    #[arg(long, requires = "output")]
    pub force: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// A table of measured rates, a line for each step and a column for each ORIGIN_DESTINATION: VPCs, peerings and
    /// traffic
    Series(ImportSeriesArgs),
}

#[derive(Debug, ClapArgs)]
pub(super) struct ImportSeriesArgs {
    /// CSV files, unpacked; or -, which needs -o DIR and makes stdin.toml
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write NAME.toml and a copy of the CSV file here, instead of the scenario to standard output
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Write over files with other content that are there already
    #[arg(long, requires = "output")]
    pub force: bool,
    /// What a number means, for example "Mbps" or "100 B/5 min"
    #[arg(long, value_name = "UNIT", value_parser = parse_unit)]
    pub unit: UnitArg,
    /// What 1 means in the first column
    #[arg(long, value_name = "TIME", default_value = "5 min", conflicts_with = "epoch")]
    pub step: SimDuration,
    /// The time zone of stamps in the first column, for example Europe/Berlin; UTC+8 if nobody says
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    pub zone: Option<String>,
    #[command(flatten)]
    pub table: TableArgs,
    /// Multiply every rate, for example by "0.1 %" or 0.001
    #[arg(long, value_name = "FACTOR", default_value = "1")]
    pub scale: Factor,
    /// From place to place, one way
    #[arg(long, value_name = "TIME", default_value = "10 ms", value_parser = parse_delay)]
    pub delay: SimDuration,
}

/// How a table is written, as far as its text does not tell.
#[derive(Debug, ClapArgs)]
pub(super) struct TableArgs {
    /// What splits the cells of the table: ',' ';' '|' or tab; by default what its first line has, or says as sep=;
    #[arg(long, value_name = "CHAR")]
    pub delimiter: Option<Delimiter>,
    /// The decimal mark of the table's numbers: '.' (the default) or ','
    #[arg(long, value_name = "MARK")]
    pub decimal: Option<DecimalMark>,
    /// What a cell of the table says that has no value, for example NaN; may be given several times
    #[arg(long, value_name = "TEXT")]
    pub missing: Vec<String>,
    /// Numbers in the table's column of times count s, ms, us or ns since 1970-01-01 UTC
    #[arg(long, value_name = "UNIT")]
    pub epoch: Option<Epoch>,
}

impl TableArgs {
    /// How the table is written.
    pub(super) fn dialect(&self) -> Dialect {
        Dialect {
            delimiter: self.delimiter,
            decimal: self.decimal,
            missing: self.missing.iter().map(|word| word.trim().to_owned()).collect(),
            epoch: self.epoch,
            spelling: Spelling::Flag,
        }
    }
    /// Whether anything was said.
    pub(super) fn is_given(&self) -> bool {
        self.delimiter.is_some() || self.decimal.is_some() || !self.missing.is_empty() || self.epoch.is_some()
    }
}

#[derive(Debug, ClapArgs)]
pub(super) struct RulesArgs {
    /// As they are cited: S13, or 13
    #[arg(value_name = "RULE")]
    pub numbers: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct BenchArgs {
    /// What to measure, several with commas between
    #[arg(long = "workload", value_name = "NAME", value_delimiter = ',', default_values = workload::USUAL,
          value_parser = workload_parser())]
    pub workloads: Vec<&'static Workload>,
    /// How packets are carried
    #[arg(long, value_name = "MODE", default_value = "packets")]
    pub mode: ModeArg,
    /// Threads, by default as many as there are cores
    #[arg(long, value_name = "N")]
    pub workers: Option<NonZeroUsize>,
    /// Emit about so many packets, for example 40M, and pass the virtual time that takes
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub packets: Option<NonZeroU64>,
    /// Measure so often, and report the one in the middle
    #[arg(long, value_name = "N", default_value = "3")]
    pub repeat: NonZeroUsize,
    /// The measurements as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Whether packets are carried one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ModeArg {
    /// Every packet on its own
    Packets,
    /// Equal packets at once, wherever that gives the same bytes
    Runs,
}

fn workload_parser() -> impl TypedValueParser<Value = &'static Workload> {
    let named = workload::ALL.iter().map(|w| PossibleValue::new(w.name).help(w.what));
    PossibleValuesParser::new(named).try_map(|name| workload::find(&name).ok_or("no such workload"))
}

/// A unit as it was written, and what it means.
#[derive(Debug, Clone)]
pub(super) struct UnitArg {
    pub text: String,
    pub unit: RateUnit,
}

fn parse_unit(text: &str) -> Result<UnitArg, String> {
    let unit = text.parse().map_err(|wrong: crate::units::UnitError| wrong.to_string())?;
    Ok(UnitArg { text: text.into(), unit })
}

fn parse_zone(text: &str) -> Result<String, String> {
    let known = notation::time_zone(text).map(|_| text.to_owned());
    known.ok_or_else(|| "not a time zone: write UTC+8, or a name such as Europe/Berlin".into())
}

fn parse_count(text: &str) -> Result<NonZeroU64, String> {
    let count = units::count(text).and_then(NonZeroU64::new);
    count.ok_or_else(|| "not a count above zero: write 1000, 1_000, 10k or 1M".into())
}

fn parse_time(text: &str) -> Result<SimDuration, String> {
    text.parse().map_err(|e: crate::units::UnitError| e.to_string())
}

fn parse_delay(text: &str) -> Result<SimDuration, String> {
    let delay = parse_time(text)?;
    check_delay(delay).map_err(|refusal| refusal.to_string())?;
    Ok(delay)
}

fn parse_period(text: &str) -> Result<Period, String> {
    match parse_time(text)?.as_nanos() / 1_000_000_000 {
        60 => Ok(Period::Minute),
        300 => Ok(Period::FiveMinutes),
        _ => Err("the product offers 60s and 300s".into()),
    }
}

fn parse_interval(text: &str) -> Result<SimDuration, String> {
    let interval = parse_time(text)?;
    if interval < SimDuration::from_millis(1) {
        return Err("the interval is at least 1ms".into());
    }
    Ok(interval)
}
