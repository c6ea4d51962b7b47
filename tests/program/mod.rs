//! The built program as a user meets it: run in a folder, isolated from the environment of the test run, and its
//! output. Knows no subcommand.
#![allow(dead_code, reason = "each test target takes what it needs")]

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// The output of a command.
#[derive(Debug, Clone)]
pub struct Said {
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub talk: String,
    /// The duration of a run, which no test can know: it is part of stderr and kept apart here.
    pub took: Option<String>,
}

impl Said {
    /// From an exit code, standard output and standard error.
    pub fn new(code: Option<i32>, out: String, talk: &str) -> Said {
        let is_took = |line: &&str| line.starts_with("carried ") && line.contains(" packets in ");
        let (took, talk): (Vec<&str>, Vec<&str>) = talk.split_inclusive('\n').partition(is_took);
        Said { code, out, talk: talk.concat(), took: took.first().map(|line| line.trim_end().to_owned()) }
    }

    /// Returns itself if it ended with this code.
    #[track_caller]
    pub fn ended(self, code: i32) -> Said {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.talk);
        self
    }

    /// Its standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.talk))
    }

    /// All of its output.
    pub fn all(&self) -> String {
        self.out.clone() + &self.talk
    }
}

/// A command that finds programs and inherits nothing else from the environment: no width, no colours, no log filter.
pub fn bare(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

/// The program, to be run in this folder.
pub fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = bare(env!("CARGO_BIN_EXE_vpcsim"));
    command.current_dir(folder).args(args);
    command
}

/// Runs a command to its end.
pub fn said(command: &mut Command) -> Said {
    let output = command.output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Said::new(output.status.code(), text(output.stdout), &text(output.stderr))
}

/// Runs the program in this folder.
pub fn vpcsim(folder: &Path, args: &[&str]) -> Said {
    said(&mut command(folder, args))
}

/// A folder with these files.
pub fn folder<T: AsRef<[u8]>>(files: &[(&str, T)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        write(folder.path(), name, content);
    }
    folder
}

pub fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    std::fs::write(folder.join(name), content).unwrap_or_else(|error| panic!("{name}: {error}"));
}

#[track_caller]
pub fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The folder of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
