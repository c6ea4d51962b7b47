//! What a command changes of its scenario without touching the file: `--set` and `--do`, alike for every command that
//! asks about a scenario.

use crate::scenario::{Edit, Override};
use clap::Args;

/// Changes of the scenario for this command alone.
#[derive(Debug, Args)]
pub(super) struct EditArgs {
    /// Override a key of the file, for example --set peering.PeerConn.bandwidth='50 Mbps'
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = parse_override)]
    set: Vec<Override>,
    /// Add an action after those of the file at that time: 'TIME VERB \[VALUE\] \[KEY=VALUE …\]', for example --do
    /// '30 s delete PeerConn'; VALUE is the first argument that the verb requires
    #[arg(
        long = "do",
        value_name = "ACTION",
        help = "Add an action after those of the file at that time: 'TIME VERB [VALUE] [KEY=VALUE …]', for example \
                --do '30 s delete PeerConn'; VALUE is the first argument that the verb requires"
    )]
    actions: Vec<String>,
}

impl EditArgs {
    /// All of them, as a scenario is read with them.
    pub(super) fn edits(&self) -> Vec<Edit> {
        let set = self.set.iter().cloned().map(Edit::Set);
        set.chain(self.actions.iter().cloned().map(Edit::Do)).collect()
    }
}

fn parse_override(text: &str) -> Result<Override, String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE")?;
    Ok(Override { key: key.trim().into(), value: value.trim().into() })
}
