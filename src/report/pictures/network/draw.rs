//! Draws a graph: header, frames, lines, labels, boxes, and below them what the marks mean and, for large networks, the
//! table of peerings. Where things are is decided in `plan`.

use super::block::{ASCENT, BOLD, LINE, Lines, wrapped};
use super::grid::arrange;
use super::plan::{Plan, plan};
use super::space::{Area, STRIP, Size};
use super::svg::{Stroke, Svg};
use super::table::Table;
use crate::diagnose::graph::{Graph, GraphPeering, GraphRegion, GraphVpc};
use crate::report::format::words::{counted, listed};
use crate::report::graph::{svg_head, words};
use crate::report::pictures::canvas::{Point, TEXT, TITLE, elide, width};

const GREY: &str = "#555555";
const BLUE: &str = "#0072B2";
const VERMILION: &str = "#D55E00";
const FRAME_FILL: &str = "#F4F6F8";
const FRAME_LINE: &str = "#B8C0C8";

/// The widest text of a box and of a label, in pixels; in short, of either.
const BOX: i32 = 300;
const LABEL: i32 = 280;
const SHORT: i32 = 150;
/// Around everything.
const MARGIN: i32 = 16;
/// For title and subtitle.
const HEADER: i32 = 44;
/// The narrowest picture, so that its title has room.
const WIDTH_MIN: i32 = 420;

/// The picture as SVG text.
pub fn network_svg(graph: &Graph) -> String {
    let large = words::is_large(graph);
    let texts = Texts::new(graph, large);
    let edges: Vec<[usize; 2]> = graph.peerings.iter().map(|peering| peering.ends).collect();
    let regions: Vec<Vec<usize>> = graph.regions.iter().map(|region| region.vpcs.clone()).collect();
    let plan = plan(&arrange(&regions, &edges), &texts.sizes(&texts.boxes), &edges, &texts.sizes(&texts.labels));
    let width = plan.size.0.max(WIDTH_MIN);
    let table = large.then(|| Table::new(graph, width - 2 * MARGIN));
    let table_size = table.as_ref().map_or((0, 0), Table::size);
    let notes: Vec<String> = notes(graph).iter().flat_map(|note| wrapped(note, width - 2 * MARGIN)).collect();
    let below = HEADER + plan.size.1;
    let notes_height = notes.len() as i32 * LINE;
    let height = below + notes_height + 2 * MARGIN + table_size.1;
    let size = (width.max(table_size.0 + 2 * MARGIN), height);
    let mut svg = Svg::new(&svg_head(), size, &words::headline(graph), &description(graph));
    header(&mut svg, graph, size);
    draw(&mut svg, graph, &plan.moved((0, HEADER)), &texts);
    svg.hidden(|svg| {
        for (at, note) in notes.iter().enumerate() {
            svg.text(note, (MARGIN, below + ASCENT + at as i32 * LINE), GREY);
        }
        if let Some(table) = &table {
            table.draw(svg, (MARGIN, below + notes_height + MARGIN));
        }
    });
    svg.finish()
}

/// What stands in boxes and at lines.
struct Texts {
    boxes: Vec<Lines>,
    labels: Vec<Lines>,
}

impl Texts {
    fn new(graph: &Graph, large: bool) -> Texts {
        let in_box = |vpc: &GraphVpc| match large {
            true => Lines::new(&vpc.name, &words::vpc_in_short(vpc), SHORT),
            false => Lines::new(&vpc.name, &words::vpc(vpc), BOX),
        };
        let at_line = |peering: &GraphPeering| match large {
            true => Lines::new(&peering.name, &words::peering_in_short(peering), SHORT),
            false => Lines::new(&peering.name, &words::peering(peering), LABEL),
        };
        Texts { boxes: graph.vpcs.iter().map(in_box).collect(), labels: graph.peerings.iter().map(at_line).collect() }
    }

    fn sizes(&self, lines: &[Lines]) -> Vec<Size> {
        lines.iter().map(Lines::size).collect()
    }
}

impl Plan {
    /// The same, moved.
    fn moved(mut self, (dx, dy): Point) -> Plan {
        let shift = |point: &mut Point| *point = (point.0 + dx, point.1 + dy);
        self.boxes.iter_mut().chain(&mut self.frames).for_each(|area| shift(&mut area.at));
        for route in &mut self.routes {
            shift(&mut route.label.at);
            route.points.iter_mut().chain(&mut route.branch).for_each(shift);
        }
        self
    }
}

fn header(svg: &mut Svg, graph: &Graph, (width, _): Size) {
    let room = width - 2 * MARGIN;
    svg.hidden(|svg| {
        svg.heading(&elide(&words::headline(graph), TITLE, room), (MARGIN, 26), 16);
        svg.text(&elide(&words::subtitle(graph), TEXT, room), (MARGIN, 44), GREY);
    });
}

fn draw(svg: &mut Svg, graph: &Graph, plan: &Plan, texts: &Texts) {
    for (region, frame) in graph.regions.iter().zip(&plan.frames) {
        let name = format!("region {}, {}", region.name, counted(region.vpcs.len() as u64, "VPC"));
        svg.thing("region", (&region.name, &name), |svg| svg.area(*frame, FRAME_FILL, FRAME_LINE, 6));
    }
    for (peering, route) in graph.peerings.iter().zip(&plan.routes) {
        svg.pointed("peering", &peering.name, |svg| {
            let stroke = stroke(peering);
            svg.line(&route.points, &stroke);
            // A crossing has no dot.
            route.branch.into_iter().for_each(|at| svg.dot(at, stroke.color));
        });
    }
    svg.hidden(|svg| {
        for (region, frame) in graph.regions.iter().zip(&plan.frames) {
            region_title(svg, region, *frame, plan);
        }
    });
    for ((peering, lines), route) in graph.peerings.iter().zip(&texts.labels).zip(&plan.routes) {
        svg.thing("peering", (&peering.name, &peering_name(peering)), |svg| {
            svg.area(route.label, "#FFFFFF", FRAME_LINE, 3);
            lines.draw(svg, route.label.at);
        });
    }
    for ((vpc, lines), area) in graph.vpcs.iter().zip(&texts.boxes).zip(&plan.boxes) {
        svg.thing("VPC", (&vpc.name, &vpc_name(vpc)), |svg| {
            svg.area(*area, "#FFFFFF", BLUE, 4);
            lines.draw(svg, area.at);
        });
    }
}

/// The name of a region in its strip, where no line runs if there is such a place.
fn region_title(svg: &mut Svg, region: &GraphRegion, frame: Area, plan: &Plan) {
    let ((left, top), room) = (frame.at, frame.size.0 - STRIP);
    let name = elide(&region.name, BOLD, room);
    let wide = width(&name, BOLD);
    let runs = |at: i32| {
        let crosses = |pair: &[Point]| {
            let ((x, from), (_, to)) = (pair[0], pair[1]);
            (at - 4..at + wide + 4).contains(&x) && from.min(to) < top + STRIP && from.max(to) > top
        };
        plan.routes.iter().any(|route| route.points.windows(2).any(crosses))
    };
    let first = left + STRIP / 2;
    let free = (first..=first + room - wide).step_by(4).find(|at| !runs(*at));
    if free.is_none() {
        svg.area(Area { at: (first - 4, top + 4), size: (wide + 8, STRIP - 6) }, FRAME_FILL, "none", 0);
    }
    svg.heading(&name, (free.unwrap_or(first), top + 17), 12);
}

/// Dashed if nothing is carried, wider with load, red if packets were dropped.
fn stroke(peering: &GraphPeering) -> Stroke {
    let color = if peering.has_dropped() { VERMILION } else { GREY };
    let width = 15 + peering.percent().unwrap_or(0) / 2;
    Stroke { color, width, dashed: !peering.carries() }
}

/// What the marks of this picture mean.
fn notes(graph: &Graph) -> Vec<String> {
    let any = |has: fn(&GraphPeering) -> bool| graph.peerings.iter().any(has);
    let mut notes = Vec::new();
    if any(|peering| !peering.carries()) {
        notes.push("Dashed: not in force, or cut.".to_owned());
    }
    if any(|peering| peering.load.is_some()) {
        notes.push(
            "Rates are means over the whole run, in percent of the cap at its end; wider lines carry more.".into(),
        );
    }
    if any(GraphPeering::has_dropped) {
        notes.push("Red: packets were dropped on this peering.".into());
    }
    notes
}

/// The picture in sentences.
fn description(graph: &Graph) -> String {
    let regions: Vec<String> = graph.regions.iter().map(|region| region.name.clone()).collect();
    let mut out = format!("{}.", words::subtitle(graph));
    if !regions.is_empty() {
        out += &format!(" Regions: {}.", listed(&regions));
    }
    for note in notes(graph) {
        out += " ";
        out += &note;
    }
    out
}

fn vpc_name(vpc: &GraphVpc) -> String {
    let mut said = vec![format!("VPC {} in {} of account {}", vpc.name, vpc.region, vpc.account)];
    said.extend(words::vpc(vpc).into_iter().map(|line| line.trim_start().to_owned()));
    said.join("; ")
}

fn peering_name(peering: &GraphPeering) -> String {
    let mut said =
        vec![format!("peering {}, requested by {} of {}", peering.name, peering.requester, peering.accepter)];
    said.extend(words::peering(peering).into_iter().map(|line| line.trim_start().to_owned()));
    said.push(format!("MTU {} B", peering.mtu));
    if peering.active {
        said.push(peering.state.into());
    }
    said.join("; ")
}
