//! Hosts as a question names them, outside of any text: by full name, by a short one or a beginning that only one has,
//! or by a pattern. Names in a scenario are read in `hosts`.

use super::hosts::matching;
use crate::model::{HostId, Network};
use crate::notation::{Wrong, list_some, nearest};

/// The host that `text` names: `VPC1/web`, `web` if only one VPC has it, or the beginning of a single name.
///
/// # Errors
/// No host has this name, or several have.
pub fn find_host(network: &Network, text: &str) -> Result<HostId, Wrong> {
    if let Some(found) = text.split_once('/').and_then(|(vpc, host)| network.find_host(network.find_vpc(vpc)?, host)) {
        return Ok(found);
    }
    let called: Vec<HostId> = network.vpcs().filter_map(|(vpc, _)| network.find_host(vpc, text)).collect();
    let begins = |id: &HostId| {
        let full = network.host_name(*id);
        full.starts_with(text) || full.split_once('/').is_some_and(|(_, short)| short.starts_with(text))
    };
    let found = match called.is_empty() {
        true => network.hosts().map(|(id, _)| id).filter(begins).collect(),
        false => called,
    };
    let names = |found: &[HostId]| found.iter().map(|id| network.host_name(*id)).collect::<Vec<_>>();
    match found[..] {
        [only] => Ok(only),
        [] => Err(unknown(network, text)),
        _ => {
            let hint = format!("write one of {}", list_some(names(&found).iter().map(String::as_str)));
            Err(Wrong::new(format!("`{text}` may be more than one host")).hint(hint))
        }
    }
}

/// The hosts that `text` names, a name or a pattern such as `VPC1/web-*`, in declaration order.
///
/// # Errors
/// It names none, or a name is not unique.
pub fn find_hosts(network: &Network, text: &str) -> Result<Vec<HostId>, Wrong> {
    if !text.contains('*') {
        return find_host(network, text).map(|host| vec![host]);
    }
    let (vpc, host) = text.split_once('/').unwrap_or(("*", text));
    let found = matching(network, vpc, host);
    if found.is_empty() {
        return Err(
            Wrong::new(format!("no host matches `{text}`")).hint("`*` stands for any part of a name, as in VPC1/web-*")
        );
    }
    Ok(found)
}

fn unknown(network: &Network, text: &str) -> Wrong {
    let names: Vec<String> = network.hosts().map(|(id, _)| network.host_name(id)).collect();
    let all = || names.iter().map(String::as_str);
    let shorts = || all().filter_map(|name| name.split_once('/')).map(|(_, short)| short);
    let hint = match nearest(text, all()).or_else(|| nearest(text, shorts())) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => "no host is declared".into(),
        None => format!("there are: {}", list_some(all())),
    };
    Wrong::new(format!("no host is called `{text}`")).hint(hint)
}
