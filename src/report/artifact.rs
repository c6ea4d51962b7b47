//! The files that a command writes beside its report, and how a file from an earlier command is recognised. It reads no
//! file.

use super::bill::{focus, monitoring};
use super::format::csv;
use super::matrix::MATRIX_HEADER;
use super::run;
use crate::recording::flow_log::Format;
use std::fmt;

/// Every picture begins with this: its size and its background.
const PICTURE: &str = concat!(
    r#"<svg width="800" height="420" viewBox="0 0 800 420" xmlns="http://www.w3.org/2000/svg">"#,
    "\n",
    r##"<rect x="0" y="0" width="800" height="420" opacity="1" fill="#FFFFFF" stroke="none"/>"##,
);

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
    /// A picture, from [`super::pictures()`].
    Picture,
}

impl Artifact {
    /// Whether a file that begins with `text` is of this kind.
    pub fn begins(self, text: &str) -> bool {
        match self {
            Artifact::Intervals => csv::begins(text, run::csv::HEADER),
            Artifact::Focus => csv::begins(text, focus::HEADER),
            Artifact::Monitoring => csv::begins(text, &monitoring::header()),
            Artifact::Matrix => csv::begins(text, MATRIX_HEADER) || text.starts_with(r#"{"format":"vpcsim-matrix","#),
            Artifact::Metrics => text.starts_with(METRICS),
            Artifact::FlowLog => Format::begins(text),
            Artifact::Picture => text.starts_with(PICTURE),
        }
    }
}

impl fmt::Display for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Artifact::Intervals => "an interval CSV",
            Artifact::Focus => "a FOCUS CSV",
            Artifact::Monitoring => "a monitoring CSV",
            Artifact::Matrix => "a matrix",
            Artifact::Metrics => "a text of metrics",
            Artifact::FlowLog => "a flow log",
            Artifact::Picture => "a picture",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::intervals_csv;
    use crate::report::run::sample;

    const ALL: [Artifact; 7] = [
        Artifact::Intervals,
        Artifact::Focus,
        Artifact::Monitoring,
        Artifact::Matrix,
        Artifact::Metrics,
        Artifact::FlowLog,
        Artifact::Picture,
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
