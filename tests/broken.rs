//! The complaints about broken scenarios: every `tests/broken/NAME.toml` against `NAME.expected`, the text that a
//! person sees. `UPDATE_EXPECT=1 cargo test --test broken` rewrites the texts; read them before committing.

use bytes::Bytes;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use vpcsim::scenario::{Edit, Files, Override, load};

/// Files of the folder, by their names alone so that the texts do not depend on where the folder is.
struct Folder(PathBuf);

impl Files for Folder {
    fn read(&self, path: &Path) -> std::io::Result<Bytes> {
        match fs::read(self.0.join(path)) {
            Ok(bytes) => Ok(bytes.into()),
            // The operating system's own wording differs between systems.
            Err(_) => Err(std::io::Error::new(std::io::ErrorKind::NotFound, "no such file")),
        }
    }
}

fn told(name: &str, folder: &Folder, edits: &[Edit]) -> String {
    let all = match load(Path::new(name), folder, edits) {
        Ok(scenario) => scenario.warnings,
        Err(all) => all,
    };
    all.iter().map(|d| d.render(Some(100), false)).collect::<Vec<_>>().join("\n")
}

#[test]
fn broken_scenarios_are_told_what_is_wrong() {
    let folder = Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken"));
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(&folder.0).expect("the folder is there") {
        let name = entry.expect("readable").file_name().to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(".toml").filter(|stem| *stem != "full") {
            all.insert(stem.to_owned(), told(&name, &folder, &[]));
        }
    }
    all.insert("missing_file".into(), told("missing_file.toml", &folder, &[]));
    let bandwidth = |value: &str| Edit::Set(Override { key: "peering.PeerConn.bandwidth".into(), value: value.into() });
    all.insert("override".into(), told("no_bandwidth.toml", &folder, &[bandwidth("3 Gbps")]));
    let mut wrong = Vec::new();
    for (stem, told) in all {
        let path = folder.0.join(format!("{stem}.expected"));
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, &told).expect("writable");
        }
        if fs::read_to_string(&path).unwrap_or_default() != told {
            wrong.push(format!("{stem}: now told\n{told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
