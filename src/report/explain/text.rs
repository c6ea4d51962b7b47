//! An answer for people: the verdict, both directions hop by hop, and what would mend it.

use super::lines::written;
use super::words::{hop, link, route};
use crate::dataplane::fib::FibEntry;
use crate::dataplane::losers::Lost;
use crate::diagnose::explain::{Explanation, Leg, Mend, Question, Step};
use crate::model::{Network, Thing};
use crate::report::format::page::{Page, Tone};
use crate::report::format::words::{counted, listed};

/// The answer on a page; `place` tells where a thing stands, as in `line 12`.
pub fn explanation(
    network: &Network,
    found: &Explanation,
    place: &dyn Fn(Thing) -> Option<String>,
    page: &Page,
) -> String {
    let view = View { network, found, place, page };
    let mut out = view.verdict();
    out += &view.leg("There", &found.request);
    match &found.reply {
        Some(leg) => out += &view.leg("Back", leg),
        None => out += &(page.title("Back: nothing arrived that could be answered") + "\n"),
    }
    out + &view.mending()
}

/// The indent of what belongs to a numbered line: below its words.
const BELOW: usize = 5;

struct View<'a> {
    network: &'a Network,
    found: &'a Explanation,
    place: &'a dyn Fn(Thing) -> Option<String>,
    page: &'a Page,
}

/// `app/batch`, or the address.
fn target(network: &Network, question: &Question) -> String {
    match question.to {
        Some(to) => format!("{} ({})", network.host_name(to), question.address),
        None => question.address.to_string(),
    }
}

impl View<'_> {
    fn verdict(&self) -> String {
        let Explanation { question, conclusion, .. } = self.found;
        let (network, probe) = (self.network, question.probe);
        let port = if probe.protocol.has_ports() { format!(" port {}", probe.port) } else { String::new() };
        let asked = format!(
            "{} -> {}: {}{port}, {} B, at {}",
            network.host_name(question.from),
            target(network, question),
            probe.protocol.name(),
            probe.size,
            question.at,
        );
        let is_good = self.found.trip.returns(question.to);
        let rules = if conclusion.rules.is_empty() { String::new() } else { format!(" ({})", conclusion.rules) };
        let said = format!("{}: {}{rules}", conclusion.code.to_uppercase(), conclusion.sentence);
        self.page.title(&asked) + &self.page.toned(&said, if is_good { Tone::Plain } else { Tone::Bad }) + "\n"
    }

    /// One direction.
    fn leg(&self, name: &str, leg: &Leg) -> String {
        let network = self.network;
        let end = match leg.way.end {
            Ok(host) => format!("{name}: delivered to {}", network.host_name(host)),
            Err(stop) => format!("{name}: {}", stop.code()),
        };
        let mut steps = vec![self.lookup(leg)];
        if let Some(id) = leg.link {
            let peering = network.peering(id.peering());
            steps.push(vec![format!("{}: {}", peering.name, link(network, id))]);
        }
        if leg.reaches_far() {
            steps.push(vec![self.arrival(leg)]);
        }
        let mut out = self.page.title(&end);
        for (number, lines) in (1..).zip(steps) {
            let mut lines = lines.into_iter();
            out += &self.page.remark(&format!("{number}. {}", lines.next().unwrap_or_default()));
            lines.for_each(|line| out += &self.page.indented(&line, BELOW));
        }
        if let Err(stop) = leg.way.end {
            out += &self.page.remark(&format!("-> {}", stop.sentence()));
        }
        out + "\n"
    }

    /// The look-up in the source's table.
    fn lookup(&self, leg: &Leg) -> Vec<String> {
        let network = self.network;
        let (subnet, host) = (network.subnet(leg.subnet), network.host(leg.way.from));
        let table = network.table_name(leg.table);
        let mut lines = vec![format!(
            "{} ({}) in subnet {} ({}), table {table}",
            network.host_name(leg.way.from),
            host.address,
            network.subnet_name(leg.subnet),
            subnet.cidr,
        )];
        match leg.matched {
            Some((to, entry)) => {
                let place = self.at(match entry {
                    FibEntry::Local => Thing::Vpc(host.vpc),
                    FibEntry::Via(_) => Thing::Route(leg.table, to),
                });
                lines.push(format!("{to} {} matches {}{place}", hop(network, entry), leg.way.to));
            }
            None => lines.push(format!("no entry matches {}", leg.way.to)),
        }
        lines.extend(leg.lost.iter().map(|lost| self.lost(leg, lost)));
        lines.extend(leg.elsewhere.iter().map(|other| {
            let users = if other.is_used { "which this subnet does not use" } else { "which no subnet uses" };
            let route = route(network, &other.route);
            format!("{route} would match, but is in table {}, {users}", network.table_name(other.table))
        }));
        lines
    }

    fn lost(&self, leg: &Leg, lost: &Lost) -> String {
        let (route, why) = (route(self.network, &lost.route), lost.to.words());
        format!("{route} {why}{}", self.at(Thing::Route(leg.table, lost.route.to)))
    }

    /// What the far side makes of the packet.
    fn arrival(&self, leg: &Leg) -> String {
        let network = self.network;
        let Some(far) = leg.far else { return String::new() };
        let vpc = network.vpc(far);
        let cidrs: Vec<String> = vpc.cidrs.iter().map(ToString::to_string).collect();
        let mut out = format!("{} ({})", vpc.name, listed(&cidrs));
        if !vpc.contains(leg.way.to) {
            return out + &format!(" does not own {}", leg.way.to);
        }
        match leg.far_subnet {
            Some(subnet) => {
                out += &format!(", subnet {} ({})", network.subnet_name(subnet), network.subnet(subnet).cidr);
            }
            None => return out + &format!(": no subnet contains {}", leg.way.to),
        }
        match leg.far_host {
            Some(host) if network.host(host).up => out + &format!(": {} has {}", network.host_name(host), leg.way.to),
            Some(host) => out + &format!(": {} has {} and is down", network.host_name(host), leg.way.to),
            None => out + &format!(": no host has {}", leg.way.to),
        }
    }

    fn mending(&self) -> String {
        let (found, page) = (self.found, self.page);
        if found.trip.returns(found.question.to) {
            return String::new();
        }
        if let Some(mend) = &found.mend {
            return self.mend(mend);
        }
        page.title("What would mend it") + &page.remark(&self.hopeless())
    }

    /// What a person has to do where no change that was tried helps.
    fn hopeless(&self) -> String {
        let (network, address) = (self.network, self.found.question.address);
        if let Some((vpc, free)) = self.found.renumber {
            let name = &network.vpc(vpc).name;
            return format!(
                "no route can, for the range of {name} overlaps that of the sender's VPC or of another of its peers \
                 (S8, S11, S13): give {name} another range; {free} is used by no VPC here"
            );
        }
        let owners: Vec<String> =
            network.vpcs().filter(|(_, vpc)| vpc.contains(address)).map(|(_, vpc)| vpc.name.to_string()).collect();
        match (owners.is_empty(), self.found.conclusion.code) {
            (true, _) => format!("no VPC here owns {address}"),
            (false, "dst_no_subnet") => {
                format!("declare a subnet that contains {address}, and a host with it, in {}", owners.join(" or "))
            }
            (false, _) => "no route, peering or host that was tried does".into(),
        }
    }

    fn mend(&self, mend: &Mend) -> String {
        let (page, network) = (self.page, self.network);
        let mut out = page.title(&format!(
            "What mends it ({}, tried out: the reply comes home)",
            counted(mend.steps.len() as u64, "change")
        ));
        let mut actions = Vec::new();
        let mut options = Vec::new();
        for step in &mend.steps {
            let written = written(network, step, self.found.question.at, self.found.is_changed);
            let place = written.about.map(|about| self.at(about)).unwrap_or_default();
            out += &page.remark(&format!("{}{place}:", written.how));
            written.lines.lines().for_each(|line| out += &format!("    {line}\n"));
            actions.extend(written.action);
            options.extend(matches!(step, Step::Size(_)).then_some(written.lines));
        }
        if !actions.is_empty() {
            out += &page.remark("to try it without touching the file:");
            actions.iter().for_each(|action| out += &format!("    --do '{action}'\n"));
        }
        out
    }

    /// ` (line 12)`
    fn at(&self, thing: Thing) -> String {
        (self.place)(thing).map(|place| format!(" ({place})")).unwrap_or_default()
    }
}
