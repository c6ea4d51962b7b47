//! `vpcsim run --hgrm --parquet`: files for those who go on in notebooks. What stands in them is decided elsewhere; the
//! libraries that write them come with a feature of the build.

use super::args::NotebookArgs;
use super::exit::Exit;
use super::folder::{self, Folder};
use super::output::OutputFile;
use crate::report::{Artifact, DelayLog, Snapshot};
use crate::scenario::Diagnostic;
use std::path::PathBuf;

/// Whether this build can write them.
pub(super) const BUILT: bool = cfg!(feature = "notebooks");
/// How to get one that can.
pub(super) const HOW: &str = "build it with `cargo install --locked --path . --features lab,notebooks`";

/// The files that were asked for.
pub(super) struct Notebooks {
    hgrm: Option<OutputFile>,
    parquet: Option<OutputFile>,
}

impl Notebooks {
    /// Claims them.
    ///
    /// # Errors
    /// One that cannot be written, or cannot be written by this build.
    pub(super) fn claim(
        args: &NotebookArgs,
        file: &mut impl FnMut(&Option<PathBuf>, Artifact) -> Result<Option<OutputFile>, Vec<Diagnostic>>,
    ) -> Result<Notebooks, Vec<Diagnostic>> {
        let given = [("--hgrm", &args.hgrm), ("--parquet", &args.parquet)];
        if let Some((option, _)) = given.into_iter().find(|(_, path)| path.is_some() && !BUILT) {
            let message = format!("{option} is not part of this build of vpcsim");
            return Err(vec![Diagnostic::plain("vpcsim", message, Some(HOW.into()))]);
        }
        Ok(Notebooks {
            hgrm: file(&args.hgrm, Artifact::DelayLog)?,
            parquet: file(&args.parquet, Artifact::IntervalsParquet)?,
        })
    }

    /// Those of a folder.
    pub(super) fn of(into: &mut Folder) -> Notebooks {
        const NAMES: [&str; 2] = [folder::DELAYS, folder::SERIES_PARQUET];
        if !BUILT {
            NAMES.into_iter().for_each(|name| into.remark(name, format!("not part of this build: {HOW}")));
        }
        let [hgrm, parquet] = NAMES.map(|name| into.take(name).filter(|_| BUILT));
        Notebooks { hgrm, parquet }
    }

    /// Whether whole distributions are wanted.
    pub(super) fn want_delays(&self) -> bool {
        self.hgrm.is_some()
    }

    /// Writes what the run made; a failing file does not prevent the other.
    #[cfg(feature = "notebooks")]
    pub(super) fn write(self, snapshot: &Snapshot, delays: Option<&DelayLog>) -> Exit {
        use super::output::failed;
        use crate::report::{hgrm, intervals_parquet};
        let hgrm = self.hgrm.zip(delays).map(|(file, delays)| file.write(&hgrm(delays)));
        let parquet = self.parquet.map(|file| {
            let name = file.name().to_owned();
            let written = file.open().and_then(|mut out| intervals_parquet(snapshot, &mut out).map(|()| out));
            written.map_or_else(|error| failed(&name, &error), |out| out.keep())
        });
        hgrm.max(parquet).unwrap_or(Exit::Done)
    }

    /// There is nothing to write: none was claimed.
    #[cfg(not(feature = "notebooks"))]
    pub(super) fn write(self, _: &Snapshot, _: Option<&DelayLog>) -> Exit {
        debug_assert!(self.hgrm.is_none() && self.parquet.is_none());
        Exit::Done
    }
}
