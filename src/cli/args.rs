//! The arguments, declared once: parser, help and errors derive from here.

mod recorded;
mod stored;

use super::edits::EditArgs;
use super::lab_args::LabArgs;
use super::lesson_args::{BeginArgs, LessonCommand};
use super::listen::parse_address;
use super::output::Destination;
use super::probe::ProbeArgs;
use super::values::{
    UnitArg, parse_axis, parse_count, parse_delay, parse_frame, parse_interval, parse_period, parse_rate,
    parse_resolution, parse_time, parse_unit, parse_workers, parse_zone,
};
use crate::diagnose::Severity;
use crate::metering::Period;
use crate::model::DropReason;
use crate::notation::{DecimalMark, Delimiter, Dialect, Epoch, Spelling};
use crate::scaffold::Scale;
use crate::sweep::{Axis, Within};
use crate::units::{BitRate, Factor, Share, SimDuration};
use crate::workload::{self, Workload};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args as ClapArgs, ColorChoice, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::net::SocketAddr;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

pub(super) use recorded::{CaptureArgs, FlowLogArgs, FlowLogFormatArg, NotebookArgs};
pub(super) use stored::ReportArgs;

/// Forwards packets through cloud VPCs that do not exist yet.
///
/// Exit codes: 0 done; 1 a demand was not met, of the scenario or of an option; 2 it cannot be done (wrong input, an
/// output that cannot be written, too little memory); 130 interrupted (SIGINT, SIGTERM, SIGHUP), with a partial report.
/// Anything else is a bug in vpcsim.
#[derive(Debug, Parser)]
#[command(name = "vpcsim", version, arg_required_else_help = true, disable_help_subcommand = true)]
pub(super) struct Args {
    #[command(subcommand)]
    pub command: Command,
    /// Say less: for a run only what failed, for a bill only who pays what
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: all rows of the report, changes as they happen (-vv: epochs)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Mark what needs attention in colour: by default on terminals, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

/// The value of `--color` in arguments that hold no command or ask for help.
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
    /// Show again what `run --out` left in a folder; nothing runs
    Report(ReportArgs),
    /// Run a scenario and tell the story of one packet: every step, table entry, token and header byte, and its reply
    Trace(TraceArgs),
    /// Run a scenario and print what it costs: 5-minute samples, daily peaks, the invoice
    Bill(BillArgs),
    /// Run a scenario at many points, as a network tester: over ranges of keys, for the highest lossless rate, in steps
    Sweep(SweepArgs),
    /// Parse and validate scenario files, and say what looks wrong in them; nothing runs
    Check(CheckArgs),
    /// Say what is wrong with a network, or will be: routes, peerings, caps
    Lint(LintArgs),
    /// Show every peering as the console's details page does: both ends, state, cap, quota, routes of both sides
    Show(ShowArgs),
    /// Explain why a host does or does not reach another, hop by hop, both ways, and what would mend it
    Explain(ExplainArgs),
    /// Show who reaches whom, and who does not and why; no packet moves
    Matrix(MatrixArgs),
    /// Show what a change does: pairs lost and won, peerings, findings and, with traffic, loss and bill. --set and --do
    /// change AFTER, which may be the same file
    Diff(DiffArgs),
    /// Draw the network: VPCs by region, subnets, hosts, peerings; as a picture, or as text for other programs
    Graph(GraphArgs),
    /// Build, watch, break and mend a network in the browser
    Lab(LabArgs),
    /// Write a new scenario: a small one to edit, one of any size, or a lesson
    New(NewArgs),
    /// Learn by scenarios with goals: list lessons, show one, check how far you have come
    #[command(subcommand)]
    Lesson(LessonCommand),
    /// Convert files in other formats into scenarios
    #[command(subcommand)]
    Import(ImportCommand),
    /// Measure how many packets a second this machine forwards
    Bench(BenchArgs),
    /// Print the JSON Schema of scenario files
    Schema,
    /// Print the script with which a shell completes commands and options
    Completions(CompletionsArgs),
    /// Print the manual page, to be read for example with man -l -
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
#[command(group = ArgGroup::new("written").multiple(true))]
#[command(group = ArgGroup::new("captured").multiple(true))]
#[command(group = ArgGroup::new("logged").multiple(true))]
pub(super) struct RunArgs {
    /// Scenario files, or - for standard input; several also give a comparison table
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Seed of every random stream, instead of the seed in the file
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
    /// Leave everything in this folder, with an index: report, page, network, series, captures, flow logs, metrics,
    /// delays, bill (needs a single scenario; see help folders)
    #[arg(long, value_name = "DIR", groups = ["written", "captured", "logged"])]
    pub out: Option<PathBuf>,
    /// Write the interval series as CSV (needs --interval and a single scenario); - is standard output, and the report
    /// then goes to standard error
    #[arg(long, value_name = "FILE", requires = "interval", group = "written")]
    pub csv: Option<PathBuf>,
    /// Draw the network as SVG with what the run measured: loads, losses and drops at the peerings (needs a single
    /// scenario; with --interval also the busiest interval); - works as with --csv
    #[arg(long, value_name = "FILE", group = "written")]
    pub graph: Option<PathBuf>,
    /// Write the report as one page for browsers, with charts over time (needs a single scenario; with --interval of
    /// that many points); - works as with --csv (see help page)
    #[arg(long, value_name = "FILE", group = "written")]
    pub html: Option<PathBuf>,
    /// Beside the interval series, rows of congestion window, round trip and bytes in flight of a TCP connection: the
    /// first of this traffic entry, or another by its number, as in copy#3 (needs --interval and a single scenario)
    #[arg(long, value_name = "ENTRY[#CONNECTION]", requires = "interval")]
    pub tcp_rows: Option<String>,
    #[command(flatten)]
    pub capture: CaptureArgs,
    /// Write what was measured as OpenMetrics text (needs a single scenario); - works as with --csv (see help metrics)
    #[arg(long, value_name = "FILE", group = "written")]
    pub metrics: Option<PathBuf>,
    /// Show the same over HTTP while the run of a single scenario lasts, at /metrics of this address, for example
    /// 127.0.0.1:9184; a port alone is one of this machine
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    pub listen: Option<SocketAddr>,
    #[command(flatten)]
    pub flow_logs: FlowLogArgs,
    #[command(flatten)]
    pub notebooks: NotebookArgs,
    /// Let files beside the report replace files that are not earlier ones of the same kind
    #[arg(long, requires = "written")]
    pub force: bool,
    #[command(flatten)]
    pub how: HowArgs,
}

impl RunArgs {
    /// The files beside the report, with the options that ask for them.
    fn files_beside(&self) -> [(&'static str, &Option<PathBuf>); 8] {
        [
            ("--csv", &self.csv),
            ("--graph", &self.graph),
            ("--html", &self.html),
            ("--pcap", &self.capture.pcap),
            ("--metrics", &self.metrics),
            ("--flow-logs", &self.flow_logs.flow_logs),
            ("--hgrm", &self.notebooks.hgrm),
            ("--parquet", &self.notebooks.parquet),
        ]
    }
    /// An option that was given and takes a single scenario.
    pub(super) fn single(&self) -> Option<&'static str> {
        let others = [
            ("--out", self.out.is_some()),
            ("--tcp-rows", self.tcp_rows.is_some()),
            ("--listen", self.listen.is_some()),
        ];
        let files = self.files_beside().map(|(option, path)| (option, path.is_some()));
        others.into_iter().chain(files).find(|(_, is_given)| *is_given).map(|(option, _)| option)
    }
    /// Where the report goes.
    pub(super) fn report_to(&self) -> Destination {
        Destination::beside(&self.files_beside().map(|(_, path)| path))
    }
}

#[derive(Debug, Clone, Copy, ClapArgs)]
pub(super) struct HowArgs {
    /// Threads per run: by default all cores, divided among concurrent runs; the report does not depend on it
    #[arg(long, value_name = "N", value_parser = parse_workers)]
    pub workers: Option<NonZeroUsize>,
    /// Carry packets one by one, never many at once; the report does not depend on it
    #[arg(long)]
    pub packets: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct BillArgs {
    /// The scenario file, or -; optional with --samples: peerings are then billed as between two mainland regions
    #[arg(value_name = "FILE", required_unless_present = "samples")]
    pub file: Option<PathBuf>,
    /// Prices: guide-2017 (the default), cny-2016, usd-2018, cny-2022, or the file of your own price book
    #[arg(long, value_name = "NAME|FILE")]
    pub book: Option<String>,
    /// Bill measured samples instead of running the scenario: CSV with time,peering,direction,bps (or from,to; or
    /// bytes), in 5-minute windows
    #[arg(long, value_name = "FILE")]
    pub samples: Option<PathBuf>,
    #[command(flatten)]
    pub table: TableArgs,
    /// Bill the 95th percentile of the month instead of the daily peaks: over all 5-minute windows in which a peering
    /// was in force; a window without a row counts as 0
    #[arg(long)]
    pub month_95: bool,
    /// What picks the tier when part of a peak is free, instead of the setting in the file
    #[arg(long, value_name = "BASIS")]
    pub free_basis: Option<FreeBasisArg>,
    /// Write the bill as a FOCUS 1.0 CSV; - is standard output, and the report then goes to standard error
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Draw each peering's days, and months of several days, as SVG files into this folder; with --month-95, its months
    #[arg(long, value_name = "DIR")]
    pub svg: Option<PathBuf>,
    /// Write the bill as one page for browsers, with the samples behind it; - works as with --csv (see help page)
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the monitoring metrics as CSV, every 5 minutes or --period; - works as with --csv
    #[arg(long, value_name = "FILE", conflicts_with = "samples")]
    pub monitoring: Option<PathBuf>,
    /// Let --csv, --svg, --html and --monitoring replace files that are not earlier ones of the same kind
    #[arg(long)]
    pub force: bool,
    /// Length of a monitoring period: 300s or 60s
    #[arg(long, value_name = "TIME", default_value = "300s", value_parser = parse_period)]
    pub period: Period,
    /// The invoice, or the complaints, as JSON
    #[arg(long)]
    pub json: bool,
    /// Exit with 1 if any price is not published
    #[arg(long)]
    pub require_priced: bool,
    /// Also run with each cap of the console's menu, held throughout, and name the cheapest cap that loses at most this
    /// share, for example '0.1 %'
    #[arg(long, value_name = "LOSS", conflicts_with = "samples")]
    pub what_if: Option<Share>,
    /// Seed of every random stream, instead of the seed in the file
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
        Destination::beside(&[&self.csv, &self.html, &self.monitoring])
    }
}

/// What picks the tier when part of a peak is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FreeBasisArg {
    /// The part that is billed
    Excess,
    /// The whole peak
    Peak,
}

#[derive(Debug, ClapArgs)]
#[group(id = "which", required = true, multiple = false, args = ["packet", "first_drop", "slowest"])]
pub(super) struct TraceArgs {
    /// Scenario file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The N-th packet of a traffic entry, counting from 1, for example sync#12; of several flows, sync:3#12; what the
    /// answering side of a TCP flow sends is copy:back#12 or copy:3:back#12
    #[arg(long, value_name = "ENTRY[:FLOW]#N")]
    pub packet: Option<String>,
    /// The first packet that is dropped, or dropped for this reason, for example shaper_queue_full
    #[arg(long, value_name = "REASON", value_parser = reason_parser())]
    pub first_drop: Option<Option<DropReason>>,
    /// The packet that is on its way for longest, of those that reach the host they are meant for
    #[arg(long)]
    pub slowest: bool,
    /// With --first-drop and --slowest, look only at packets of this traffic entry and at their replies
    #[arg(long, value_name = "NAME", conflicts_with = "packet")]
    pub traffic: Option<String>,
    /// Seed of every random stream, instead of the seed in the file
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub edits: EditArgs,
    /// The story, or the complaints, as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub how: HowArgs,
}

#[derive(Debug, ClapArgs)]
#[group(id = "asked", required = true, multiple = true, args = ["over", "find_lossless", "y1564"])]
pub(super) struct SweepArgs {
    /// Scenario file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Run with each of these values, for example --over traffic.sync.rate='10 Mbps..200 Mbps/10 Mbps' or a list A,B,C;
    /// of several keys, every combination
    #[arg(long, value_name = "KEY=A..B/STEP", value_parser = parse_axis)]
    pub over: Vec<Axis>,
    /// Search the highest rate at which no packet of this entry gets lost, for example traffic.sync.rate (RFC 2544)
    #[arg(long, value_name = "KEY")]
    pub find_lossless: Option<String>,
    /// With --find-lossless, search for each of these Ethernet frame sizes in bytes, such as
    /// 64,128,256,512,1024,1280,1518
    #[arg(long, value_name = "BYTES", value_delimiter = ',', value_parser = parse_frame, requires = "find_lossless")]
    pub sizes: Vec<u32>,
    /// With --find-lossless, how near to the limit: a share of the rate, or a rate
    #[arg(long, value_name = "SHARE|RATE", default_value = "0.1 %", value_parser = parse_resolution,
          requires = "find_lossless")]
    pub resolution: Within,
    /// With --find-lossless, the highest rate that is tried, and that of bursts
    #[arg(long, value_name = "RATE", default_value = "10 Gbps", value_parser = parse_rate, requires = "find_lossless")]
    pub line_rate: BitRate,
    /// With --find-lossless, also search the longest burst at line rate that loses nothing (RFC 9004)
    #[arg(long, requires = "find_lossless")]
    pub burst: bool,
    /// Send 25, 50, 75, 100 and 125 % of the committed rate, which is that of this key, for example traffic.sync.rate
    /// (ITU-T Y.1564)
    #[arg(long, value_name = "KEY", conflicts_with = "find_lossless")]
    pub y1564: Option<String>,
    /// With --y1564, the committed information rate, instead of the rate in the file
    #[arg(long, value_name = "RATE", value_parser = parse_rate, requires = "y1564")]
    pub cir: Option<BitRate>,
    /// Write a row for each point as CSV; - is standard output, and the report then goes to standard error
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Draw what was measured over the first key as an SVG file; - works as with --csv
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Let --csv and --svg replace files that are not earlier ones of the same kind
    #[arg(long)]
    pub force: bool,
    /// The report, or the complaints, as JSON
    #[arg(long)]
    pub json: bool,
    /// Seed of every random stream, instead of the seed in the file
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub edits: EditArgs,
    #[command(flatten)]
    pub how: HowArgs,
}

impl SweepArgs {
    /// Where the report goes.
    pub(super) fn report_to(&self) -> Destination {
        Destination::beside(&[&self.csv, &self.svg])
    }
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
pub(super) struct LintArgs {
    /// Scenario files, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Look at the network at this time of the timeline, for example 7d, instead of the start
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub at: Option<SimDuration>,
    /// Exit with 1 if anything as bad as this, or worse, was found
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<SeverityArg>,
    #[command(flatten)]
    pub edits: EditArgs,
    /// The findings, or the complaints, as JSON
    #[arg(long, conflicts_with = "sarif")]
    pub json: bool,
    /// The findings, or the complaints, as SARIF 2.1.0, for code hosts
    #[arg(long)]
    pub sarif: bool,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SeverityArg {
    /// Something that is meant to work does not
    Error,
    /// Something will not work, or not as one would think
    Warning,
    /// Something to know
    Info,
}

impl From<SeverityArg> for Severity {
    fn from(severity: SeverityArg) -> Severity {
        match severity {
            SeverityArg::Error => Severity::Error,
            SeverityArg::Warning => Severity::Warning,
            SeverityArg::Info => Severity::Info,
        }
    }
}

#[derive(Debug, ClapArgs)]
pub(super) struct ShowArgs {
    /// Scenario file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Show only this peering
    #[arg(long, value_name = "NAME")]
    pub peering: Option<String>,
    /// Show the state at this time of the timeline, for example 7d
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub at: Option<SimDuration>,
    #[command(flatten)]
    pub edits: EditArgs,
    /// The details, or the complaints, as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ExplainArgs {
    /// Scenario file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The host that sends: VPC1/web, web if only one VPC has it, or the beginning of a single name
    #[arg(long, value_name = "HOST")]
    pub from: String,
    /// The host that is to receive, or an IPv4 address
    #[arg(long, value_name = "HOST|ADDRESS")]
    pub to: String,
    #[command(flatten)]
    pub probe: ProbeArgs,
    #[command(flatten)]
    pub edits: EditArgs,
    /// The answer, or the complaints, as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct MatrixArgs {
    /// Scenario file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What a row and a column stand for; subnets without hosts are asked at their first free address
    #[arg(long, value_name = "WHAT", default_value = "host")]
    pub by: ByArg,
    /// Only these senders: hosts such as VPC1/web, or VPC1/web-*
    #[arg(long, value_name = "HOSTS")]
    pub from: Vec<String>,
    /// Only these receivers
    #[arg(long, value_name = "HOSTS")]
    pub to: Vec<String>,
    #[command(flatten)]
    pub probe: ProbeArgs,
    /// Show only what differs from an earlier matrix (JSON or CSV), and exit with 1 if anything does
    #[arg(long, value_name = "FILE")]
    pub expect: Option<PathBuf>,
    /// Write every pair as CSV to this file, by default to standard output
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    #[arg(conflicts_with_all = ["expect", "json"])]
    pub csv: Option<PathBuf>,
    /// Let --csv replace a file that is not an earlier CSV of this kind
    #[arg(long, requires = "csv")]
    pub force: bool,
    /// Every pair, or the complaints, as JSON
    #[arg(long)]
    pub json: bool,
    /// Every pair, even where there are more than ten million; otherwise --json and --csv then tell classes of equal
    /// hosts, as JSON
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub edits: EditArgs,
}

impl MatrixArgs {
    /// Where the report goes.
    pub(super) fn report_to(&self) -> Destination {
        Destination::beside(&[&self.csv])
    }
}

/// What a row and a column of a matrix stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ByArg {
    /// A host
    Host,
    /// All hosts of a subnet
    Subnet,
    /// All hosts of a VPC
    Vpc,
}

#[derive(Debug, ClapArgs)]
pub(super) struct DiffArgs {
    /// The scenario as it is
    #[arg(value_name = "BEFORE")]
    pub before: PathBuf,
    /// The scenario as it is to be; one of the two may be - for standard input
    #[arg(value_name = "AFTER")]
    pub after: PathBuf,
    #[command(flatten)]
    pub probe: ProbeArgs,
    /// Compare only what needs no run: not loss and bill
    #[arg(long)]
    pub no_run: bool,
    /// Exit with 1 if pairs are lost, or if anything differs
    #[arg(long, value_name = "WHAT")]
    pub fail_on: Option<FailOnArg>,
    /// The differences, or the complaints, as JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub edits: EditArgs,
    #[command(flatten)]
    pub how: HowArgs,
}

/// What makes a comparison fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOnArg {
    /// A pair loses its round trip
    Lost,
    /// Anything differs
    Any,
}

#[derive(Debug, ClapArgs)]
pub(super) struct GraphArgs {
    /// Scenario file, or - for standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// How to draw it
    #[arg(long, value_name = "FORMAT", default_value = "svg")]
    pub format: GraphFormat,
    /// Draw the state at this time of the timeline, for example 7d
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub at: Option<SimDuration>,
    #[command(flatten)]
    pub edits: EditArgs,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Let -o replace a file that is not an earlier drawing of a network
    #[arg(long, requires = "output")]
    pub force: bool,
}

/// The language of a drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// A picture for browsers and documents
    Svg,
    /// A flowchart as text, which many sites draw in Markdown
    Mermaid,
    /// Text for Graphviz
    Dot,
    /// The facts, for programs
    Json,
}

#[derive(Debug, ClapArgs)]
pub(super) struct NewArgs {
    /// This many hosts, 100 per VPC, each a traffic source, for example 1M; or vpcs=10k,hosts=1M,sources=1M
    #[arg(long, value_name = "SCALE")]
    pub scale: Option<Scale>,
    #[command(flatten)]
    pub begin: BeginArgs,
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing file with other content
    #[arg(long, requires = "output")]
    pub force: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum ImportCommand {
    /// A table of measured rates, one line per step and one column per ORIGIN_DESTINATION: gives VPCs, peerings and
    /// traffic
    Series(ImportSeriesArgs),
}

#[derive(Debug, ClapArgs)]
pub(super) struct ImportSeriesArgs {
    /// CSV files, uncompressed; or -, which needs -o DIR and makes stdin.toml
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Write NAME.toml and a copy of the CSV file to this folder, instead of the scenario to standard output
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Overwrite existing files with other content
    #[arg(long, requires = "output")]
    pub force: bool,
    /// The unit of the numbers, for example "Mbps" or "100 B/5 min"
    #[arg(long, value_name = "UNIT", value_parser = parse_unit)]
    pub unit: UnitArg,
    /// The time that 1 means in the first column
    #[arg(long, value_name = "TIME", default_value = "5 min", conflicts_with = "epoch")]
    pub step: SimDuration,
    /// The time zone of time stamps in the first column, for example Europe/Berlin; UTC+8 by default
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    pub zone: Option<String>,
    #[command(flatten)]
    pub table: TableArgs,
    /// Multiply every rate, for example by "0.1 %" or 0.001
    #[arg(long, value_name = "FACTOR", default_value = "1")]
    pub scale: Factor,
    /// One-way delay between places
    #[arg(long, value_name = "TIME", default_value = "10 ms", value_parser = parse_delay)]
    pub delay: SimDuration,
}

/// The format of a table, as far as it cannot be told from its text.
#[derive(Debug, ClapArgs)]
pub(super) struct TableArgs {
    /// The delimiter of the table: ',' ';' '|' or tab; by default the one in its first line, which may name it as sep=;
    #[arg(long, value_name = "CHAR")]
    pub delimiter: Option<Delimiter>,
    /// The decimal mark of the table's numbers: '.' (the default) or ','
    #[arg(long, value_name = "MARK")]
    pub decimal: Option<DecimalMark>,
    /// What the table's cells without a value contain, for example NaN; may be given several times
    #[arg(long, value_name = "TEXT")]
    pub missing: Vec<String>,
    /// Numbers in the table's time column count s, ms, us or ns since 1970-01-01 UTC
    #[arg(long, value_name = "UNIT")]
    pub epoch: Option<Epoch>,
}

impl TableArgs {
    /// The format of the table.
    pub(super) fn dialect(&self) -> Dialect {
        Dialect {
            delimiter: self.delimiter,
            decimal: self.decimal,
            missing: self.missing.iter().map(|word| word.trim().to_owned()).collect(),
            epoch: self.epoch,
            spelling: Spelling::Flag,
        }
    }
    /// Whether any of these options was given.
    pub(super) fn is_given(&self) -> bool {
        self.delimiter.is_some() || self.decimal.is_some() || !self.missing.is_empty() || self.epoch.is_some()
    }
}

#[derive(Debug, ClapArgs)]
pub(super) struct RulesArgs {
    /// As cited in reports: S13, or 13
    #[arg(value_name = "RULE")]
    pub numbers: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct BenchArgs {
    /// What to measure; separate several by commas
    #[arg(long = "workload", value_name = "NAME", value_delimiter = ',', default_values = workload::USUAL,
          value_parser = workload_parser())]
    pub workloads: Vec<&'static Workload>,
    /// How packets are carried
    #[arg(long, value_name = "MODE", default_value = "packets")]
    pub mode: ModeArg,
    /// Threads; by default one per core
    #[arg(long, value_name = "N", value_parser = parse_workers)]
    pub workers: Option<NonZeroUsize>,
    /// Emit about this many packets, for example 40M, simulating as much time as that takes
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub packets: Option<NonZeroU64>,
    /// Measure this many times, and report the median
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
    /// Every packet separately
    Packets,
    /// Equal packets together, wherever the result is the same to the byte
    Runs,
}

fn workload_parser() -> impl TypedValueParser<Value = &'static Workload> {
    let named = workload::ALL.iter().map(|w| PossibleValue::new(w.name).help(w.what));
    PossibleValuesParser::new(named).try_map(|name| workload::find(&name).ok_or("no such workload"))
}

fn reason_parser() -> impl TypedValueParser<Value = DropReason> {
    let named = DropReason::ALL.map(|reason| PossibleValue::new(reason.code()).help(reason.sentence()));
    PossibleValuesParser::new(named).try_map(|code| DropReason::from_code(&code).ok_or("no such reason"))
}
