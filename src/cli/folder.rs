//! `vpcsim run --out DIR`: everything that a run leaves, in one folder. Claims the folder before the run, writes each
//! file beside its name, and the index when all others are there. What stands in them is decided elsewhere.

use super::exit::Exit;
use super::output::{Content, OutputFile, OutputFolder, Outputs, failed};
use crate::report::{self, FOLDER_FORMAT, FOLDER_VERSION, FolderIndex, NotMade, Snapshot, StoredFile};
use crate::scenario::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3;

pub(super) const INDEX: &str = "index.json";
pub(super) const TEXT: &str = "report.txt";
pub(super) const PAGE: &str = "page.html";
pub(super) const REPORT: &str = "report.json";
pub(super) const COURSE: &str = "course.json";
pub(super) const NETWORK: &str = "network.svg";
pub(super) const SERIES: &str = "series.csv";
pub(super) const SERIES_PARQUET: &str = "series.parquet";
pub(super) const METRICS: &str = "metrics.txt";
pub(super) const DELAYS: &str = "delays.hgrm";
pub(super) const CAPTURE: &str = "capture.pcapng";
pub(super) const FLOW_LOG: &str = "flow-log.gz";
pub(super) const BILL_TEXT: &str = "bill.txt";
pub(super) const BILL: &str = "bill.json";

/// Everything that can lie in a folder besides its index, and what it is.
const FILES: [(&str, &str); 13] = [
    (TEXT, "the report"),
    (PAGE, "the report as one page for browsers"),
    (REPORT, "the report for programs, which vpcsim report reads"),
    (COURSE, "what happened over time, for programs"),
    (NETWORK, "the network at the end of the run, with its loads"),
    (SERIES, "the interval series of every peering"),
    (SERIES_PARQUET, "the interval series, with types"),
    (METRICS, "what was measured, as OpenMetrics text"),
    (DELAYS, "whole distributions of delays, as an HdrHistogram log"),
    (CAPTURE, "packets, for Wireshark and tcpdump"),
    (FLOW_LOG, "who sent how much to whom"),
    (BILL_TEXT, "what the run costs"),
    (BILL, "what the run costs, for programs"),
];

/// A folder that was found to be writable.
pub(super) struct Folder {
    path: PathBuf,
    files: BTreeMap<&'static str, OutputFile>,
    /// What an earlier run left in it, its index included.
    earlier: BTreeSet<String>,
    /// What is to be said of a file, or of one that is not made.
    remarks: BTreeMap<&'static str, String>,
}

impl Folder {
    /// Claims the folder: one that is not there, is empty or, if `force`, holds what an earlier run left.
    ///
    /// # Errors
    /// The reason why nothing is written to it.
    pub(super) fn claim(path: &Path, outputs: &mut Outputs, force: bool) -> Result<Folder, Vec<Diagnostic>> {
        let one = |wrong: Diagnostic| vec![wrong];
        let folder = outputs.folder(path).map_err(one)?;
        let earlier = earlier(path, force).map_err(|(why, hint)| {
            let name = path.display().to_string();
            vec![Diagnostic::plain(&name, format!("{name} {why}"), Some(hint.to_owned()))]
        })?;
        let mut files = BTreeMap::new();
        for (name, _) in FILES.iter().chain(&[(INDEX, "")]) {
            files.insert(*name, claim(outputs, &folder, name).map_err(one)?);
        }
        Ok(Folder { path: path.to_owned(), files, earlier, remarks: BTreeMap::new() })
    }

    /// The files that are written while the run goes; the folder is there from now on.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub(super) fn streams(&mut self) -> Result<[Option<OutputFile>; 2], Vec<Diagnostic>> {
        fs::create_dir_all(&self.path).map_err(|error| {
            let name = self.path.display().to_string();
            vec![Diagnostic::plain(&name, format!("{name} cannot be made: {error}"), None)]
        })?;
        Ok([CAPTURE, FLOW_LOG].map(|name| self.files.remove(name)))
    }

    /// Removes what an earlier run left, the index first: without it, a folder is not complete. To be called when all
    /// that is new is ready.
    pub(super) fn clear(&self) -> Exit {
        let index = [INDEX.to_owned()];
        let all = index.iter().filter(|name| self.earlier.contains(*name)).chain(&self.earlier);
        let removed = all.map(|name| (name, fs::remove_file(self.path.join(name))));
        let wrong = removed.filter_map(|(name, removed)| Some((name, removed.err()?)));
        let wrong = wrong.filter(|(_, error)| error.kind() != io::ErrorKind::NotFound);
        wrong.map(|(name, error)| failed(&self.path.join(name), &error)).max().unwrap_or(Exit::Done)
    }

    /// Says this of a file, too: why it is not made, or what it leaves out.
    pub(super) fn remark(&mut self, name: &'static str, remark: String) {
        let said = self.remarks.entry(name).or_default();
        *said = if said.is_empty() { remark } else { format!("{said}; {remark}") };
    }

    /// Writes a file; a failure is reported, and costs no other file.
    pub(super) fn write(&mut self, name: &'static str, text: &str) -> Exit {
        self.files.remove(name).map_or(Exit::Done, |file| file.write(text))
    }

    /// A file, to be written by somebody else.
    pub(super) fn take(&mut self, name: &'static str) -> Option<OutputFile> {
        self.files.remove(name)
    }

    /// Writes the index of what is there now.
    pub(super) fn close(mut self, snapshot: &Snapshot, shows_series: bool) -> Exit {
        let mut index = FolderIndex {
            format: FOLDER_FORMAT.into(),
            version: FOLDER_VERSION,
            vpcsim: env!("CARGO_PKG_VERSION").into(),
            scenario: snapshot.scenario.clone(),
            file: snapshot.file.clone(),
            seed: snapshot.seed,
            partial: snapshot.partial,
            shows_series,
            files: Vec::new(),
            not_made: Vec::new(),
        };
        for (name, what) in FILES {
            let remark = self.remarks.remove(name);
            match File::open(self.path.join(name)).and_then(digest) {
                Ok((bytes, xxh3)) => {
                    index.files.push(StoredFile { name: name.into(), what: what.into(), note: remark, bytes, xxh3 });
                }
                Err(_) => {
                    let why = remark.unwrap_or_else(|| "it could not be written".into());
                    index.not_made.push(NotMade { name: name.into(), why });
                }
            }
        }
        self.write(INDEX, &index.json())
    }
}

fn claim(outputs: &mut Outputs, folder: &OutputFolder, name: &str) -> Result<OutputFile, Diagnostic> {
    outputs.file_in(folder, Path::new(name), Content::Stored)
}

/// The names of what an earlier run left in the folder; else why it is not written to, and a hint.
fn earlier(path: &Path, force: bool) -> Result<BTreeSet<String>, (String, &'static str)> {
    const OTHER: &str = "name a folder that is not there yet";
    let mut found = BTreeSet::new();
    match fs::read_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err((format!("cannot be read: {error}"), OTHER)),
        Ok(entries) => {
            for entry in entries {
                let entry = entry.map_err(|error| (format!("cannot be read: {error}"), OTHER))?;
                found.insert(entry.file_name().to_string_lossy().into_owned());
            }
        }
    }
    if found.is_empty() {
        return Ok(found);
    }
    let text = fs::read_to_string(path.join(INDEX)).unwrap_or_default();
    let Ok(index) = report::folder_index(&text) else {
        return Err(("is not empty, and not what an earlier run left".into(), OTHER));
    };
    let is_ours = |name: &String| name == INDEX || index.find(name).is_some();
    if let Some(foreign) = found.iter().find(|name| !is_ours(name)) {
        return Err((format!("holds {foreign}, which no run left there"), "move it elsewhere, or name another folder"));
    }
    match force {
        true => Ok(found),
        false => Err(("holds what an earlier run left".into(), "name another folder, or --force to replace all of it")),
    }
}

/// The length and the hash of a file's content.
pub(super) fn digest(mut content: impl Read) -> io::Result<(u64, String)> {
    let mut hash = Xxh3::new();
    let (mut bytes, mut part) = (0, vec![0; 1 << 16]);
    loop {
        match content.read(&mut part)? {
            0 => return Ok((bytes, format!("{:016x}", hash.digest()))),
            some => {
                hash.update(&part[..some]);
                bytes += some as u64;
            }
        }
    }
}
