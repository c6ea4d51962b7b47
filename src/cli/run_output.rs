//! What `vpcsim run` prints of a run, and the files that it writes beside: single files, and everything in a folder.
//! They are claimed before anything runs; their content is defined elsewhere.

use super::args::RunArgs;
use super::exit::Exit;
use super::files::Disk;
use super::folder::{self, Folder};
use super::html::PageParts;
use super::notebooks::{self, Notebooks};
use super::output::{Content, OutputFile, Outputs};
use super::watchers::Watchers;
use crate::report::{self, Artifact, DelayLog, Intervals, Page, RunPage, Snapshot};
use crate::scenario::Diagnostic;
use crate::units::grouped;
use std::borrow::Cow;
use std::path::PathBuf;

/// The readable report, with its charts if the interval series are shown.
pub(super) fn text(snapshot: &Snapshot, page: &Page) -> String {
    let charts = snapshot.intervals.iter().map(|intervals| "\n".to_owned() + &report::bars(intervals, page));
    report::text(snapshot, page) + &charts.collect::<String>()
}

/// Whether the run came to its end and met its demands.
pub(super) fn verdict(snapshot: &Snapshot) -> Exit {
    match snapshot.partial {
        true => Exit::Interrupted,
        false if !snapshot.demands_met() => Exit::DemandNotMet,
        false => Exit::Done,
    }
}

/// What is kept of a run besides the report, as far as it is asked for.
#[derive(Default)]
pub(super) struct Extras {
    /// The picture of its network, for itself and for its page.
    pub graph: Option<String>,
    /// What its page has besides the report and the picture.
    pub page: Option<PageParts>,
    /// Its whole distributions.
    pub delays: Option<DelayLog>,
    /// Its interval series, if the report does not show them.
    pub series: Option<Intervals>,
}

/// The files that were asked for.
pub(super) struct RunFiles {
    csv: Option<OutputFile>,
    graph: Option<OutputFile>,
    html: Option<OutputFile>,
    metrics: Option<OutputFile>,
    notebooks: Notebooks,
    /// Capture and flow log, which are written while the run goes.
    pub streams: [Option<OutputFile>; 2],
    pub folder: Option<Folder>,
}

impl RunFiles {
    /// Checks that all of them can be written.
    ///
    /// # Errors
    /// The reason why one cannot be written.
    pub(super) fn claim(args: &RunArgs, disk: &Disk) -> Result<RunFiles, Vec<Diagnostic>> {
        let mut outputs = Outputs::new(disk.inputs(), args.force);
        let folder = args.out.as_deref().map(|path| Folder::claim(path, &mut outputs, args.force)).transpose()?;
        let mut file = |path: &Option<PathBuf>, artifact| {
            let claimed = path.as_deref().map(|path| outputs.file(path, Content::Artifact(artifact)));
            claimed.transpose().map_err(|wrong| vec![wrong])
        };
        Ok(RunFiles {
            csv: file(&args.csv, Artifact::Intervals)?,
            graph: file(&args.graph, Artifact::Graph)?,
            html: file(&args.html, Artifact::Page)?,
            metrics: file(&args.metrics, Artifact::Metrics)?,
            notebooks: Notebooks::claim(&args.notebooks, &mut file)?,
            streams: [
                file(&args.capture.pcap, Artifact::Capture)?,
                file(&args.flow_logs.flow_logs, Artifact::FlowLog)?,
            ],
            folder,
        })
    }

    /// Whether the picture of the network is wanted by itself.
    pub(super) fn want_graph(&self) -> bool {
        self.graph.is_some()
    }

    /// Whether whole distributions are wanted.
    pub(super) fn want_delays(&self) -> bool {
        self.notebooks.want_delays() || self.folder.is_some() && notebooks::BUILT
    }

    /// Writes what the run made; a failing file does not prevent the others.
    pub(super) fn write(self, snapshot: Option<&Snapshot>, extras: Extras, watchers: Watchers) -> Exit {
        let Some(snapshot) = snapshot else { return watchers.keep() };
        let csv = self.csv.map(|file| file.write(&report::intervals_csv(snapshot)));
        let graph = self.graph.zip(extras.graph.as_ref()).map(|(file, graph)| file.write(graph));
        let metrics = self.metrics.map(|file| file.write(&report::metrics(snapshot)));
        let parts = extras.page.as_ref().zip(extras.graph.clone());
        let documents = parts.map(|(parts, network)| parts.documents(snapshot, network));
        let page = documents.as_ref().map(page);
        let html = self.html.zip(page.as_ref()).map(|(file, page)| file.write(page));
        let delays = self.notebooks.write(snapshot, extras.delays.as_ref());
        let written = csv.max(graph).max(metrics).max(html).unwrap_or(Exit::Done).max(delays);
        written.max(match self.folder.zip(documents.zip(page)) {
            Some((folder, (documents, page))) => store(folder, snapshot, (&documents, &page), extras, watchers),
            None => watchers.keep(),
        })
    }
}

fn page(documents: &RunPage) -> String {
    report::run_page(documents).expect("the documents are those that were just made")
}

/// Writes everything to the folder.
fn store(
    mut into: Folder,
    shown: &Snapshot,
    (documents, page): (&RunPage, &str),
    extras: Extras,
    watchers: Watchers,
) -> Exit {
    let left_out = watchers.left_out();
    if left_out > 0 {
        let remark = format!("{} more packets are left out; see --pcap-first", grouped(left_out));
        into.remark(folder::CAPTURE, remark);
    }
    let shows_series = extras.series.is_none();
    let stored = match extras.series {
        Some(series) => Cow::Owned(Snapshot { intervals: Some(series), ..shown.clone() }),
        None => Cow::Borrowed(shown),
    };
    let cleared = into.clear();
    let mut exit = watchers.keep();
    for (name, content) in [
        (folder::TEXT, text(shown, &Page::PIPE)),
        (folder::PAGE, page.to_owned()),
        (folder::REPORT, report::json(&stored)),
        (folder::COURSE, documents.course.clone()),
        (folder::NETWORK, documents.network.clone()),
        (folder::SERIES, report::intervals_csv(&stored)),
        (folder::METRICS, report::metrics(shown)),
    ] {
        exit = exit.max(into.write(name, &content));
    }
    if let Some(parts) = &extras.page {
        exit = exit.max(bill(&mut into, parts));
    }
    exit = exit.max(Notebooks::of(&mut into).write(&stored, extras.delays.as_ref()));
    // The index would list what an earlier run left as what this one made.
    exit.max(if cleared == Exit::Done { into.close(shown, shows_series) } else { cleared })
}

/// Writes the bill, or says why there is none.
fn bill(into: &mut Folder, parts: &PageParts) -> Exit {
    const NAMES: [&str; 2] = [folder::BILL_TEXT, folder::BILL];
    match parts.bill() {
        Err(why) => {
            NAMES.into_iter().for_each(|name| into.remark(name, why.clone()));
            Exit::Done
        }
        Ok(invoice) => {
            if invoice.unpriced > 0 {
                let remark = format!("without a published price: {}", report::counted(invoice.unpriced as u64, "line"));
                NAMES.into_iter().for_each(|name| into.remark(name, remark.clone()));
            }
            let [text, json] = [report::invoice_text(invoice, &Page::PIPE), report::invoice_json(invoice)];
            NAMES.into_iter().zip([text, json]).map(|(name, bill)| into.write(name, &bill)).max().unwrap_or(Exit::Done)
        }
    }
}
