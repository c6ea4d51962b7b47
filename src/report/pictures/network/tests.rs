//! Pictures of generated networks, measured by comparing everything with everything: no text covers another or a
//! border, no line a box or another's label. Looks are not tested.

use super::block::BOLD;
use super::grid::arrange;
use super::network_svg;
use super::plan::{Plan, plan};
use super::space::Area;
use crate::diagnose::graph::Graph;
use crate::report::Artifact;
use crate::report::graph::sample::{HOSTILE, generated, graph, pair};
use crate::report::pictures::canvas::{Point, TEXT, TITLE, width};
use roxmltree::{Document, Node};

const SIZES: [usize; 14] = [2, 3, 4, 5, 6, 8, 10, 13, 20, 30, 31, 60, 110, 200];

fn networks() -> impl Iterator<Item = (String, Graph)> {
    let all = SIZES.into_iter().flat_map(|size| (0..4).map(move |seed| (seed, size)));
    all.map(|(seed, size)| (format!("{size} VPCs, seed {seed}"), generated(seed, size)))
}

/// A rectangle by its corners.
#[derive(Debug, Clone, Copy)]
struct Corners {
    from: Point,
    to: Point,
}

impl Corners {
    fn of(area: &Area) -> Corners {
        Corners { from: area.at, to: (area.at.0 + area.size.0, area.at.1 + area.size.1) }
    }

    fn touches(&self, other: &Corners) -> bool {
        self.from.0 < other.to.0 && other.from.0 < self.to.0 && self.from.1 < other.to.1 && other.from.1 < self.to.1
    }

    fn holds(&self, other: &Corners) -> bool {
        self.from.0 <= other.from.0 && self.from.1 <= other.from.1 && self.to.0 >= other.to.0 && self.to.1 >= other.to.1
    }
}

fn number(node: &Node, name: &str) -> i32 {
    node.attribute(name).and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("{node:?}: {name}"))
}

/// What a text covers in the widest common font.
fn text_corners(node: &Node) -> Corners {
    let size = match (node.attribute("font-weight"), node.attribute("font-size")) {
        (None, _) => TEXT,
        (_, Some("16")) => TITLE,
        _ => BOLD,
    };
    let (x, y) = (number(node, "x"), number(node, "y"));
    Corners { from: (x, y - 10), to: (x + width(node.text().unwrap_or_default(), size), y + 3) }
}

fn rectangle(node: &Node) -> Corners {
    let from = (number(node, "x"), number(node, "y"));
    Corners { from, to: (from.0 + number(node, "width"), from.1 + number(node, "height")) }
}

#[test]
fn no_text_covers_a_text_or_a_border() {
    for (name, graph) in networks() {
        let svg = network_svg(&graph);
        let document = Document::parse(&svg).unwrap_or_else(|error| panic!("{name}: {error}"));
        let drawn = |tag: &'static str| document.descendants().filter(move |node| node.has_tag_name(tag));
        let texts: Vec<(Corners, &str)> =
            drawn("text").map(|node| (text_corners(&node), node.text().unwrap_or_default())).collect();
        for (at, (one, said)) in texts.iter().enumerate() {
            let other = texts[at + 1..].iter().find(|(other, _)| one.touches(other));
            assert!(other.is_none(), "{name}: {said} {one:?} and {other:?}");
        }
        for border in drawn("rect").map(|node| rectangle(&node)) {
            let crossing = texts.iter().find(|(text, _)| text.touches(&border) && !border.holds(text));
            assert!(crossing.is_none(), "{name}: {crossing:?} crosses {border:?}");
        }
    }
}

/// The plan for boxes and labels of sizes as different as those of real ones.
fn planned(graph: &Graph) -> (Plan, Vec<[usize; 2]>) {
    let edges: Vec<[usize; 2]> = graph.peerings.iter().map(|peering| peering.ends).collect();
    let regions: Vec<Vec<usize>> = graph.regions.iter().map(|region| region.vpcs.clone()).collect();
    let sizes = |count: usize| (0..count as i32).map(|at| (80 + at * 37 % 190, 30 + at * 23 % 90)).collect::<Vec<_>>();
    let plan = plan(&arrange(&regions, &edges), &sizes(graph.vpcs.len()), &edges, &sizes(edges.len()));
    (plan, edges)
}

/// The pieces of each line, as thin rectangles.
fn pieces(plan: &Plan) -> Vec<Vec<Corners>> {
    let piece = |pair: &[Point]| {
        let ((ax, ay), (bx, by)) = (pair[0], pair[1]);
        assert!(ax == bx || ay == by, "upright or level");
        Corners { from: (ax.min(bx), ay.min(by)), to: (ax.max(bx) + 1, ay.max(by) + 1) }
    };
    plan.routes.iter().map(|route| route.points.windows(2).map(piece).collect()).collect()
}

#[test]
fn no_line_covers_a_box_or_the_label_of_another() {
    for (name, graph) in networks() {
        let (plan, edges) = planned(&graph);
        let boxes: Vec<Corners> = plan.boxes.iter().map(Corners::of).collect();
        let labels: Vec<Corners> = plan.routes.iter().map(|route| Corners::of(&route.label)).collect();
        for (edge, pieces) in pieces(&plan).iter().enumerate() {
            for piece in pieces {
                // A line begins on a border.
                let inside = |area: &&Corners| {
                    let shrunk = Corners { from: (area.from.0 + 1, area.from.1 + 1), to: (area.to.0, area.to.1) };
                    shrunk.touches(piece)
                };
                assert!(boxes.iter().find(inside).is_none(), "{name}: peering {edge} {:?} {piece:?}", edges[edge]);
                let covered = labels.iter().enumerate().find(|(other, label)| *other != edge && label.touches(piece));
                assert!(covered.is_none(), "{name}: peering {edge} {piece:?} covers {covered:?}");
            }
            let own = labels[edge];
            assert!(pieces.iter().any(|piece| piece.touches(&Corners { from: (own.from.0 - 1, own.from.1), ..own })));
        }
    }
}

#[test]
fn lines_cross_but_none_runs_on_another() {
    for (name, graph) in networks() {
        let (plan, _) = planned(&graph);
        let all = pieces(&plan);
        let upright = |piece: &Corners| piece.to.1 - piece.from.1 > 1;
        for (edge, one) in all.iter().enumerate() {
            for (other, others) in all.iter().enumerate().skip(edge + 1) {
                let mut pairs = one.iter().flat_map(|a| others.iter().map(move |b| (a, b)));
                let along = pairs.find(|(a, b)| upright(a) == upright(b) && a.touches(b));
                assert!(along.is_none(), "{name}: peerings {edge} and {other}: {along:?}");
            }
        }
    }
}

#[test]
fn a_line_leads_from_box_to_box_and_a_frame_holds_its_boxes() {
    for (name, graph) in networks() {
        let (plan, edges) = planned(&graph);
        for (route, ends) in plan.routes.iter().zip(&edges) {
            let on_border = |vpc: &usize, (x, y): Point| {
                let area = Corners::of(&plan.boxes[*vpc]);
                (area.from.0..=area.to.0).contains(&x) && (y == area.from.1 || y == area.to.1)
            };
            let (first, last) = (route.points[0], *route.points.last().expect("points"));
            let [a, b] = ends;
            let joined = on_border(a, first) && on_border(b, last) || on_border(b, first) && on_border(a, last);
            assert!(joined, "{name}: {ends:?} {route:?}");
        }
        for (region, frame) in graph.regions.iter().zip(&plan.frames) {
            let frame = Corners::of(frame);
            for (vpc, area) in plan.boxes.iter().enumerate() {
                let area = Corners::of(area);
                assert_eq!(frame.holds(&area), region.vpcs.contains(&vpc), "{name}: {} and VPC {vpc}", region.name);
                assert_eq!(frame.touches(&area), frame.holds(&area), "{name}");
            }
        }
    }
}

/// All titles that screen readers read, the picture's first.
fn titles(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("well-formed");
    let is_hidden = |node: &Node| node.ancestors().any(|above| above.attribute("aria-hidden") == Some("true"));
    let titles = document.descendants().filter(|node| node.has_tag_name("title") && !is_hidden(node));
    titles.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

#[test]
fn those_who_do_not_see_it_are_told_everything() {
    let graph = generated(1, 40);
    let svg = network_svg(&graph);
    let document = Document::parse(&svg).expect("well-formed");
    assert_eq!(document.root_element().attribute("role"), Some("graphics-document"));
    let titles = titles(&svg);
    assert_eq!(titles.len(), 1 + graph.regions.len() + graph.vpcs.len() + graph.peerings.len());
    for peering in &graph.peerings {
        let told = titles.iter().find(|title| title.starts_with(&format!("peering {}, ", peering.name)));
        let told = told.unwrap_or_else(|| panic!("{} is not told", peering.name));
        assert!(told.contains(peering.state) && told.contains("100 Mbps") && told.contains("18.4 ms"), "{told}");
        assert_eq!(told.contains("CUT"), peering.down, "{told}");
        assert_eq!(told.contains("shaper_queue_full"), peering.has_dropped(), "{told}");
    }
}

#[test]
fn a_stranger_s_text_stays_text() {
    let mut graph = pair();
    graph.scenario = HOSTILE.into();
    graph.vpcs[0].label = Some(HOSTILE.into());
    graph.peerings[0].label = Some(HOSTILE.into());
    let svg = network_svg(&graph);
    let document = Document::parse(&svg).expect("well-formed");
    assert!(!document.descendants().any(|node| node.has_tag_name("script")));
    assert!(titles(&svg)[0].contains("<script>&amp;'`#35;"), "{:?}", titles(&svg)[0]);
    assert!(!svg.contains(['\u{1b}', '\u{202e}']));
}

#[test]
fn marks_say_in_texts_what_they_show() {
    let mut graph = graph(&[0, 0, 1], &[[0, 1], [1, 2]]);
    let plain = network_svg(&graph);
    assert!(!plain.contains("stroke-dasharray") && !plain.contains("Dashed"), "{plain}");
    graph.peerings[0].active = false;
    graph.peerings[0].state = "PENDING";
    graph.peerings[1].down = true;
    let marked = network_svg(&graph);
    assert_eq!(marked.matches("stroke-dasharray").count(), 2);
    for said in [">PENDING<", ">CUT<", ">Dashed: not in force, or cut.<"] {
        assert!(marked.contains(said), "{said}");
    }
}

#[test]
fn the_same_graph_gives_the_same_bytes_and_is_known_again() {
    for (name, graph) in networks() {
        let svg = network_svg(&graph);
        assert!(svg == network_svg(&graph), "{name}");
        assert!(Artifact::Graph.begins(&svg) && !Artifact::Picture.begins(&svg), "{name}");
    }
}

#[test]
fn a_hub_comes_into_the_middle() {
    let edges: Vec<[usize; 2]> = (1..25).map(|at| [0, at]).collect();
    let grid = arrange(&[(0..25).collect()], &edges);
    let hub = grid.cells[0];
    assert!((1..grid.rows - 1).contains(&hub.row) && (1..grid.columns - 1).contains(&hub.column), "{hub:?}");
}
