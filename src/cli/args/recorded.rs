//! The arguments of what a run leaves for other programs: captures, flow logs, files for notebooks.

use super::super::values::{PointArg, parse_count, parse_fields, parse_only, parse_point, parse_window};
use crate::recording::capture::Only;
use crate::recording::flow_log::{Fields, Length};
use clap::{Args as ClapArgs, ValueEnum};
use std::num::NonZeroU64;
use std::path::PathBuf;

/// What of the packets is captured.
#[derive(Debug, ClapArgs)]
pub(in super::super) struct CaptureArgs {
    /// Capture the packets of a single scenario as pcapng, at both ends of every peering and at the routers (see help
    /// captures); - works as with --csv
    #[arg(long, value_name = "FILE", groups = ["written", "captured"])]
    pub pcap: Option<PathBuf>,
    /// Capture only there: peering:NAME, host:VPC/NAME or vpc:NAME; may be given several times
    #[arg(long, value_name = "WHERE", requires = "captured", value_parser = parse_point)]
    pub pcap_on: Vec<PointArg>,
    /// Capture only packets that end like this, where they end: dropped, delivered, or the code of a reason
    #[arg(long, value_name = "VERDICT", requires = "captured", value_parser = parse_only)]
    pub pcap_verdict: Option<Only>,
    /// Capture only so many packets, the first ones; by default all, and a million with --out
    #[arg(long, value_name = "N", requires = "captured", value_parser = parse_count)]
    pub pcap_first: Option<NonZeroU64>,
    /// Capture only the first bytes of each packet, at least 20; by default all, and 128 with --out
    #[arg(long, value_name = "BYTES", requires = "captured",
          value_parser = clap::value_parser!(u32).range(20..=65_535))]
    pub pcap_snap: Option<u32>,
}

/// Who sends how much to whom.
#[derive(Debug, ClapArgs)]
pub(in super::super) struct FlowLogArgs {
    /// Write flow logs of a single scenario, as AWS and CCN write them, compressed if the name ends in .gz; - works as
    /// with --csv (see help logs)
    #[arg(long, value_name = "FILE", groups = ["written", "logged"])]
    pub flow_logs: Option<PathBuf>,
    /// The shape of flow logs
    #[arg(long, value_name = "FORMAT", requires = "logged", default_value = "aws")]
    pub flow_log_format: FlowLogFormatArg,
    /// How long packets are added up: 1m or 10m
    #[arg(long, value_name = "TIME", requires = "logged", value_parser = parse_window, default_value = "10m")]
    pub flow_log_window: Length,
    /// The fields of an aws log, up to version 5, for example default,vpc-id,traffic-path
    #[arg(long, value_name = "LIST", requires = "logged", value_parser = parse_fields)]
    pub flow_log_fields: Option<Fields>,
}

/// What those who go on in notebooks take along.
#[derive(Debug, ClapArgs)]
pub(in super::super) struct NotebookArgs {
    /// Write every delay distribution of a single scenario as an HdrHistogram log; - works as with --csv (see help
    /// notebooks)
    #[arg(long, value_name = "FILE", group = "written")]
    pub hgrm: Option<PathBuf>,
    /// Write the interval series as Parquet (needs --interval and a single scenario); - works as with --csv
    #[arg(long, value_name = "FILE", requires = "interval", group = "written")]
    pub parquet: Option<PathBuf>,
}

/// The shape of flow logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in super::super) enum FlowLogFormatArg {
    /// As AWS: at both hosts' interfaces
    Aws,
    /// As Tencent's CCN: on the links of peerings
    Ccn,
}
