//! The arguments of `vpcsim lab`.

use super::listen::parse_address;
use clap::Args;
use std::net::SocketAddr;
use std::num::NonZeroU16;
use std::path::PathBuf;

/// What the lab begins with, where it is, and for whom.
#[derive(Debug, Args)]
pub(super) struct LabArgs {
    /// The scenario or the lesson to begin with (see lesson list); by default a small one that comes with vpcsim
    #[arg(value_name = "FILE|LESSON")]
    pub what: Option<PathBuf>,
    /// The address of the page; a port alone is one of this machine, and port 0 any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", value_parser = parse_address)]
    pub listen: SocketAddr,
    /// Give each browser a network of its own behind a short code, at most N of them
    #[arg(long, value_name = "N")]
    pub class: Option<NonZeroU16>,
    /// Show the network in this terminal instead, for machines without a browser
    #[arg(long, conflicts_with_all = ["listen", "class", "no_open"])]
    pub terminal: bool,
    /// Do not open a browser
    #[arg(long)]
    pub no_open: bool,
}
