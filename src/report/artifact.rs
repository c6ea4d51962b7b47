//! The files that a command writes beside its report, and how a file from an earlier command is recognised. It reads no
//! file.

use super::bill::{focus, monitoring};
use super::format::csv;
use super::matrix::MATRIX_HEADER;
use super::sweep::{LOSSLESS_COLUMNS, SERVICE_COLUMNS, SWEEP_COLUMNS};
use super::{graph, run};
use crate::recording::flow_log::Format;
use std::fmt;

/// Every picture begins with this: its size and its background.
const PICTURE: &str = concat!(
    r#"<svg width="800" height="420" viewBox="0 0 800 420" xmlns="http://www.w3.org/2000/svg">"#,
    "\n",
    r##"<rect x="0" y="0" width="800" height="420" opacity="1" fill="#FFFFFF" stroke="none"/>"##,
);

/// A pcapng file begins with this, and the name of the program that wrote it has this place if it comes first.
const SECTION: &str = "\n\r\r\n";
const APPLICATION: usize = 28;
/// The metrics of any run begin with this.
const METRICS: &str = "# HELP vpcsim_run ";

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Artifact {
    /// [`super::intervals_csv`].
    Intervals,
    /// [`super::focus_csv`].
    Focus,
    /// [`super::monitoring_csv`].
    Monitoring,
    /// [`super::matrix_csv`], or the classes of [`super::matrix_json`].
    Matrix,
    /// [`super::metrics()`].
    Metrics,
    /// A flow log, from [`crate::recording::flow_log`].
    FlowLog,
    /// A capture, from [`crate::recording::capture`].
    Capture,
    /// [`super::sweep_csv`], [`super::lossless_csv`], [`super::service_csv`].
    Sweep,
    /// A picture, from [`super::pictures()`] or [`super::sweep_picture()`].
    Picture,
    /// [`super::run_page`], [`super::bill_page`].
    #[cfg(feature = "pictures")]
    Page,
    /// A drawing of a network: [`super::graph_json`], [`super::graph_mermaid`], [`super::graph_dot`], or the SVG.
    Graph,
}

impl Artifact {
    /// Whether a file that begins with `text` is of this kind.
    pub fn begins(self, text: &str) -> bool {
        match self {
            Artifact::Intervals => csv::begins(text, run::csv::HEADER),
            Artifact::Focus => csv::begins(text, focus::HEADER),
            Artifact::Monitoring => csv::begins(text, &monitoring::header()),
            Artifact::Matrix => csv::begins(text, MATRIX_HEADER) || text.starts_with(r#"{"format":"vpcsim-matrix","#),
            Artifact::Sweep => csv::first_line(text).is_some_and(is_of_sweep),
            Artifact::Capture => {
                text.starts_with(SECTION) && text.chars().skip(APPLICATION).take(7).eq("vpcsim ".chars())
            }
            Artifact::Metrics => text.starts_with(METRICS),
            Artifact::FlowLog => Format::begins(text),
            Artifact::Picture => text.starts_with(PICTURE),
            #[cfg(feature = "pictures")]
            Artifact::Page => super::html::begins(text),
            Artifact::Graph => graph::begins(text),
        }
    }
}

/// Whether the columns are those of a sweep: the axes come first, and differ.
fn is_of_sweep(header: &str) -> bool {
    [SWEEP_COLUMNS, LOSSLESS_COLUMNS, SERVICE_COLUMNS]
        .into_iter()
        .any(|columns| header.strip_suffix(columns).is_some_and(|axes| axes.is_empty() || axes.ends_with(',')))
}

impl fmt::Display for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Artifact::Intervals => "an interval CSV",
            Artifact::Focus => "a FOCUS CSV",
            Artifact::Monitoring => "a monitoring CSV",
            Artifact::Matrix => "a matrix",
            Artifact::Sweep => "a sweep CSV",
            Artifact::Capture => "a capture",
            Artifact::Metrics => "a text of metrics",
            Artifact::FlowLog => "a flow log",
            Artifact::Picture => "a picture",
            #[cfg(feature = "pictures")]
            Artifact::Page => "a page",
            Artifact::Graph => "a drawing of a network",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::graph::sample::pair;
    use crate::report::intervals_csv;
    use crate::report::run::sample;
    use crate::report::{graph_dot, graph_json, graph_mermaid};

    const ALL: [Artifact; 10] = [
        Artifact::Intervals,
        Artifact::Focus,
        Artifact::Monitoring,
        Artifact::Matrix,
        Artifact::Metrics,
        Artifact::FlowLog,
        Artifact::Capture,
        Artifact::Sweep,
        Artifact::Picture,
        Artifact::Graph,
    ];

    fn known_as(text: &str) -> Vec<Artifact> {
        ALL.into_iter().filter(|artifact| artifact.begins(text)).collect()
    }

    #[test]
    fn each_is_known_by_its_first_lines_and_taken_for_no_other() {
        let mut snapshot = sample::rich();
        snapshot.intervals = Some(sample::intervals(3));
        assert_eq!(known_as(&intervals_csv(&snapshot)), [Artifact::Intervals]);
        #[cfg(feature = "metrics")]
        assert_eq!(known_as(&crate::report::metrics(&snapshot)), [Artifact::Metrics]);
        snapshot.partial = true;
        assert_eq!(known_as(&intervals_csv(&snapshot)), [Artifact::Intervals]);
        assert_eq!(known_as(&intervals_csv(&snapshot).replace('\n', "\r\n")), [Artifact::Intervals]);
        assert_eq!(known_as(&format!("{}\n", focus::HEADER)), [Artifact::Focus]);
        assert_eq!(known_as(&format!("{}\n", monitoring::header())), [Artifact::Monitoring]);
        assert_eq!(known_as(&format!("{MATRIX_HEADER}\n")), [Artifact::Matrix]);
        for text in [graph_json(&pair()), graph_mermaid(&pair()), graph_dot(&pair())] {
            assert_eq!(known_as(&text), [Artifact::Graph], "{text}");
        }
        for columns in [SWEEP_COLUMNS, LOSSLESS_COLUMNS, SERVICE_COLUMNS] {
            assert_eq!(known_as(&format!("traffic.t.rate,\"a,b\",{columns}\n")), [Artifact::Sweep]);
            assert_eq!(known_as(&format!("{columns}\n")), [Artifact::Sweep]);
            assert_eq!(known_as(&format!("traffic.t.rate{columns}\n")), []);
        }
        assert_eq!(known_as(&format!("{}\n", Format::Ccn.header())), [Artifact::FlowLog]);
    }

    #[test]
    fn what_others_made_is_none() {
        let header = format!("{}\n", run::csv::HEADER);
        for text in [
            "",
            "\n",
            "name = \"a scenario\"\n",
            "# PARTIAL",
            "{\n  \"format\": \"vpcsim-report\",\n",
            "%% A network drawn by somebody else\nflowchart LR\n",
            &header[..header.len() - 2],
            &format!("row_{header}"),
            &format!("remark\n{header}"),
            "<svg width=\"800\" height=\"420\" viewBox=\"0 0 800 420\" xmlns=\"http://www.w3.org/2000/svg\">\n\
             <circle/></svg>\n",
        ] {
            assert_eq!(known_as(text), [], "{text}");
        }
    }
}
