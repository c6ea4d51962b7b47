//! Draws the view: the network and its packets, what happened, the clock and the line that is typed. It decides
//! nothing.

use super::command::WIDTH;
use super::view::View;
use crate::lab::{LinkState, VpcState};
use crate::units::ByteSize;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph, Wrap};

/// Places on a drawn link.
const TRACK: u64 = 20;

/// The whole screen.
pub(super) fn draw(frame: &mut Frame<'_>, view: &View) {
    let [head, middle, foot] =
        Layout::vertical([Constraint::Length(2), Constraint::Min(4), Constraint::Length(1)]).areas(frame.area());
    // Two columns, where a page fits into one.
    let is_wide = usize::from(frame.area().width) >= 2 * (WIDTH + 2);
    let halves = [Constraint::Percentage(50), Constraint::Percentage(50)];
    let [left, right] = if is_wide { Layout::horizontal(halves) } else { Layout::vertical(halves) }.areas(middle);
    frame.render_widget(Paragraph::new(heading(view)), head);
    let lines = network(view);
    let is_long = lines.len() > usize::from(left.height.saturating_sub(2));
    let block = Block::bordered().title(if is_long { " network: arrows scroll " } else { " network " });
    let scrolled = view.network_scrolled.min(lines.len().saturating_sub(1) as u16);
    frame.render_widget(Paragraph::new(lines).scroll((scrolled, 0)).block(block), left);
    said(frame, view, right);
    // Of a long line its end is seen, where it is typed.
    let typed = foot_line(view);
    let beyond = (typed.width() as u16).saturating_sub(foot.width);
    frame.render_widget(Paragraph::new(typed).scroll((0, beyond)), foot);
}

fn bold(text: impl Into<String>) -> Span<'static> {
    Span::styled(text.into(), Style::new().add_modifier(Modifier::BOLD))
}

fn heading(view: &View) -> Vec<Line<'static>> {
    let (Some(network), Some(state)) = (&view.network, &view.state) else { return Vec::new() };
    let clock = format!("  {} of {}, {}", state.now, state.end, if view.is_playing { "playing" } else { "paused" });
    let question = network.question.clone().unwrap_or_default();
    vec![
        Line::from(vec![bold(network.scenario.clone()), Span::raw(format!("{clock} at {}", view.pace()))]),
        question.into(),
    ]
}

fn network(view: &View) -> Vec<Line<'static>> {
    let (Some(network), Some(state)) = (&view.network, &view.state) else { return Vec::new() };
    let mut lines: Vec<Line<'_>> = network.vpcs.iter().flat_map(vpc).collect();
    for links in state.links.chunks(2) {
        lines.push(bold(links[0].peering.clone()).into());
        lines.extend(links.iter().map(|link| track(view, link)));
    }
    for entry in &state.traffic {
        let answered = entry.answered.map_or(String::new(), |count| format!(", {count} answered"));
        let why = entry.dropped_by.first().map_or(String::new(), |(code, _)| format!(" ({code})"));
        let text = format!(
            "{}: {} sent, {} delivered{answered}, {} dropped{why}",
            entry.name, entry.sent, entry.delivered, entry.dropped
        );
        lines.push(text.into());
    }
    lines
}

fn vpc(vpc: &VpcState) -> Vec<Line<'static>> {
    let mut lines =
        vec![Line::from(vec![bold(vpc.name.clone()), Span::raw(format!(" {} {}", vpc.cidrs.join(", "), vpc.region))])];
    for subnet in &vpc.subnets {
        let hosts = vpc.hosts.iter().filter(|host| host.subnet == subnet.name);
        let hosts: Vec<String> = hosts.map(|host| host.name.clone() + if host.up { "" } else { " (down)" }).collect();
        lines.push(format!("  {} {}: {}", subnet.name, subnet.cidr, hosts.join(", ")).into());
    }
    lines
}

/// One direction of a peering: packets on the wire, and what waits for it.
fn track(view: &View, link: &LinkState) -> Line<'static> {
    let mut wire: Vec<char> = vec!['─'; TRACK as usize + 1];
    let on_it = view
        .travelling
        .iter()
        .filter(|seen| seen.peering.as_ref() == Some(&link.peering) && seen.to.as_ref() == Some(&link.to));
    for seen in on_it {
        if let Some(place) = view.place(seen, TRACK) {
            wire[place as usize] = if seen.kind == "reply" { '○' } else { '●' };
        }
    }
    let wire: String = wire.into_iter().collect();
    let bucket =
        link.tokens.zip(link.burst).map_or(String::new(), |(tokens, burst)| format!(" bucket {}", bar(tokens, burst)));
    let queue = if link.waiting_packets > 0 { format!(" {} wait", link.waiting_packets) } else { String::new() };
    format!("  {} {wire}▶ {}{bucket}{queue}", link.from, link.to).into()
}

/// How full something is.
fn bar(part: ByteSize, whole: ByteSize) -> String {
    let eighths = part.as_u64().min(whole.as_u64()) * 8 / whole.as_u64().max(1);
    (0..8).map(|at| if at < eighths { '█' } else { '░' }).collect()
}

/// The page that was asked for, or what happened, the newest last.
fn said(frame: &mut Frame<'_>, view: &View, area: Rect) {
    let (title, text) = match &view.page {
        Some(page) => (" Esc closes, arrows scroll ", page.clone()),
        None => (" what happened ", view.log.iter().cloned().collect::<Vec<_>>().join("\n")),
    };
    let block = Block::bordered().title(title);
    let room = block.inner(area);
    let text = Paragraph::new(text).wrap(Wrap { trim: false });
    let lines = text.line_count(room.width) as u16;
    let end = lines.saturating_sub(room.height);
    let scrolled = if view.page.is_some() { view.scrolled.min(end) } else { end };
    frame.render_widget(text.scroll((scrolled, 0)).block(block), area);
}

fn foot_line(view: &View) -> Line<'static> {
    match &view.line {
        Some(line) => Line::from(vec![bold(": "), Span::raw(format!("{line}▏"))]),
        None => "space play  . event  , packet  b back  + - speed  : type  ? help  q quit".into(),
    }
}
