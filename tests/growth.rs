//! Time grows linearly with the size of a file, not quadratically: the program reads and runs generated scenarios of N,
//! 2 N and 4 N things of each kind under valgrind, which counts instructions and so does not depend on other load.
//! Without valgrind, this says so and tests nothing. Not a benchmark: only growth is asserted, not cost.

mod program;

use program::{bare, said};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// The largest accepted ratio between the cost of the second doubling and that of the first: 2 is linear, 4 is
/// quadratic.
const GROWTH_MAX: f64 = 2.6;

/// One kind of thing that a file can hold many of.
struct Kind {
    name: &'static str,
    call: Call,
    /// The smallest of the three sizes: larger where a search is limited to the first few complaints.
    least: usize,
    /// The scenario after [`base`] with this many things.
    text: fn(usize) -> String,
}

/// The subcommand with its options, and its exit code.
struct Call {
    args: &'static [&'static str],
    code: i32,
}

const CHECK: Call = Call { args: &["check", "-q"], code: 0 };
const WRONG: Call = Call { code: 2, ..CHECK };
const RUN: Call = Call { args: &["run", "-q", "--workers", "1"], code: 0 };
/// Nothing is sent in most of the windows, so their expectations fail.
const UNMET: Call = Call { code: 1, ..RUN };
const SHOW: Call = Call { args: &["show", "-v"], code: 0 };

/// Two VPCs with a peering and a hundred hosts each.
fn base(quota: usize) -> String {
    let vpc = |name: &str, region: &str, net: u8, other: u8| {
        format!(
            "[vpc.{name}]\nregion = \"{region}\"\ncidr = \"10.{net}.0.0/16\"\n\
             [vpc.{name}.subnet.s]\ncidr = \"10.{net}.0.0/17\"\n\
             routes = [{{ to = \"10.{other}.0.0/16\", via = \"line\" }}]\n\
             [vpc.{name}.host.h]\ncount = 100\n"
        )
    };
    format!(
        "name = \"growth\"\nduration = \"10 s\"\nquota = {quota}\n{}{}\
         [peering.line]\nrequester = \"A\"\naccepter = \"B\"\nbandwidth = \"100 Mbps\"\n",
        vpc("A", "shanghai", 1, 2),
        vpc("B", "beijing", 2, 1)
    )
}

/// A quota that allows all peerings.
const ALL: usize = 1_000_000;

/// `head`, then the text of `thing` for each number.
fn each(quota: usize, head: &str, count: usize, thing: impl Fn(usize) -> String) -> String {
    let mut text = base(quota) + head;
    (0..count).for_each(|n| writeln!(text, "{}", thing(n)).expect("a String takes what it is given"));
    text
}

/// A separate prefix for each number.
fn net(n: usize) -> String {
    format!("{}.{}.{}.0/24", 11 + (n >> 16), n >> 8 & 255, n & 255)
}

fn vpc(n: usize) -> String {
    format!("[vpc.v{n}]\nregion = \"beijing\"\ncidr = \"{}\"", net(n))
}

fn entry(n: usize, more: &str) -> String {
    format!("[traffic.t{n}]\nfrom = \"A/h-1\"\nto = \"B/h-1\"\nrate = \"8 kbps\"\npacket_size = \"1000 B\"\n{more}")
}

fn at(n: usize, action: &str) -> String {
    format!("[[at]]\ntime = \"{n} us\"\n{action}")
}

const HUB: &str = "[vpc.X]\nregion = \"shanghai\"\ncidr = \"9.0.0.0/8\"\n";

fn spoke(n: usize) -> String {
    let subnet = format!("9.{}.{}.0/24", n >> 8 & 255, n & 255);
    format!(
        "{}\n[peering.p{n}]\nrequester = \"X\"\naccepter = \"v{n}\"\nbandwidth = \"10 Mbps\"\n\
         [vpc.X.subnet.s{n}]\ncidr = \"{subnet}\"\nroutes = [{{ to = \"{}\", via = \"p{n}\" }}]",
        vpc(n),
        net(n)
    )
}

/// A host behind the spoke, which sends to one of the hub.
fn asked(n: usize, what: &str) -> String {
    let route = format!("routes = [{{ to = \"9.{}.{}.0/24\", via = \"p{n}\" }}]", n >> 8 & 255, n & 255);
    let hosts = format!("[vpc.X.host.h{n}]\nsubnet = \"s{n}\"\n[vpc.v{n}.host.h]");
    format!(
        "[vpc.v{n}.subnet.s]\ncidr = \"{}\"\n{route}\n{hosts}\n\
         [traffic.t{n}]\nfrom = \"v{n}/h\"\nto = \"X/h{n}\"\n{what}",
        net(n)
    )
}

fn create(n: usize, name: &str, requester: &str, accepter: &str) -> String {
    let ends = format!("requester = \"{requester}\"\naccepter = \"{accepter}\"");
    at(n, &format!("do = \"create_peering\"\nname = \"{name}\"\n{ends}\nbandwidth = \"10 Mbps\""))
}

/// An expectation of entry 0 in a window of `length` milliseconds.
fn window(from: usize, length: usize) -> String {
    format!("[[expect]]\ntraffic = \"t0\"\nbetween = [\"{from} ms\", \"{} ms\"]\nloss = \"0 %\"", from + length)
}

const KINDS: &[Kind] = &[
    // What a file declares.
    Kind { name: "VPCs", call: CHECK, least: 120, text: |n| each(10, "", n, vpc) },
    Kind { name: "hosts", call: CHECK, least: 150, text: |n| each(10, "", n, |n| format!("[vpc.A.host.g{n}]")) },
    Kind { name: "tables", call: CHECK, least: 150, text: |n| each(10, "", n, |n| format!("[vpc.A.table.t{n}]")) },
    Kind {
        name: "routes of one table",
        call: CHECK,
        least: 150,
        text: |n| {
            let route = |n| format!("{{ to = \"{}\", via = {{ blackhole = true }} }},", net(n));
            each(10, "[vpc.A.table.t]\nroutes = [\n", n, route) + "]\n"
        },
    },
    Kind {
        name: "CIDRs of one VPC",
        call: CHECK,
        least: 200,
        text: |n| each(10, "[vpc.X]\nregion = \"beijing\"\ncidr = [\n", n, |n| format!("\"{}\",", net(n))) + "]\n",
    },
    Kind {
        name: "regions",
        call: CHECK,
        least: 150,
        text: |n| each(10, "", n, |n| format!("[region.r{n}]\ndelay = {{ beijing = \"3 ms\" }}")),
    },
    Kind {
        name: "peerings, subnets and routes of one hub",
        call: CHECK,
        least: 60,
        text: |n| each(ALL, HUB, n, spoke),
    },
    Kind { name: "details of a hub's peerings", call: SHOW, least: 150, text: |n| each(ALL, HUB, n, spoke) },
    Kind { name: "traffic entries", call: RUN, least: 200, text: |n| each(10, "", n, |n| entry(n, "")) },
    Kind {
        name: "VPCs that send",
        call: RUN,
        least: 100,
        text: |n| {
            each(ALL, HUB, n, |n| format!("{}\n{}", spoke(n), asked(n, "rate = \"8 kbps\"\npacket_size = \"1000 B\"")))
        },
    },
    Kind {
        name: "VPCs that ping one",
        call: RUN,
        least: 100,
        text: |n| {
            each(ALL, HUB, n, |n| format!("{}\n{}", spoke(n), asked(n, "pattern = \"ping\"\ninterval = \"1 s\"")))
        },
    },
    Kind {
        name: "daily curves",
        call: CHECK,
        least: 150,
        text: |n| {
            let curve = |n| {
                let rates = format!("low = \"{} kbps\"\nhigh = \"9 Mbps\"\npacket_size = \"100 B\"", n + 1);
                format!("[traffic.t{n}]\nfrom = \"A/h-1\"\nto = \"B/h-1\"\npattern = \"diurnal\"\n{rates}")
            };
            each(10, "", n, curve).replace("10 s", "9 d")
        },
    },
    Kind {
        name: "patterns of hosts",
        call: CHECK,
        least: 100,
        text: |n| {
            let sender = |n| format!("[vpc.A.host.g{n}-x]\n{}", entry(n, "").replace("A/h-1", &format!("A/g{n}-*")));
            each(10, "", n, sender)
        },
    },
    // What happens during the run.
    Kind {
        name: "actions",
        call: RUN,
        least: 100,
        text: |n| {
            let action = |n| {
                at(n, &format!("do = \"change_bandwidth\"\npeering = \"line\"\nbandwidth = \"{} Mbps\"", n % 90 + 10))
            };
            each(10, &entry(0, "\n"), n, action)
        },
    },
    Kind {
        name: "renamings",
        call: RUN,
        least: 100,
        text: |n| {
            let name = |n| if n == 0 { "line".to_owned() } else { format!("line{n}") };
            each(10, "", n, |n| {
                at(n, &format!("do = \"rename\"\npeering = \"{}\"\nname = \"{}\"", name(n), name(n + 1)))
            })
        },
    },
    Kind {
        name: "suspensions of one peering",
        call: RUN,
        least: 100,
        text: |n| {
            let step = |n| {
                let (verb, state) = if n % 2 == 0 { ("isolate", "ISOLATED") } else { ("restore", "ACTIVE") };
                let step = at(n, &format!("do = \"{verb}\"\npeering = \"line\""));
                format!("{step}\n[[expect]]\npeering = \"line\"\nat = \"{n} us\"\nstate = \"{state}\"")
            };
            each(10, "", n, step)
        },
    },
    Kind {
        name: "peerings deleted and made again",
        call: RUN,
        least: 60,
        text: |n| {
            let again = |n| {
                let route = at(n, "do = \"add_route\"\nsubnet = \"A/s\"\nto = \"10.2.0.0/16\"\nvia = \"line\"");
                format!("{}\n{}\n{route}", at(n, "do = \"delete\"\npeering = \"line\""), create(n, "line", "A", "B"))
            };
            each(10, &entry(0, "\n"), n, again)
        },
    },
    Kind {
        name: "peerings made between many VPCs",
        call: RUN,
        least: 60,
        text: |n| {
            each(ALL, &(entry(0, "\n") + HUB), n, |n| {
                format!("{}\n{}", vpc(n), create(n, &format!("p{n}"), "X", &format!("v{n}")))
            })
        },
    },
    Kind {
        name: "requests that run out",
        call: RUN,
        least: 12,
        text: |n| {
            let head = "[account.other]\n[vpc.X]\naccount = \"other\"\nregion = \"shanghai\"\ncidr = \"9.0.0.0/8\"\n";
            let request = |n| format!("{}\n{}", vpc(n), create(n, &format!("p{n}"), "X", &format!("v{n}")));
            each(ALL, head, n, request).replace("10 s", "8 d")
        },
    },
    Kind {
        name: "accounts in arrears",
        call: RUN,
        least: 80,
        text: |n| {
            let debt = |n| format!("[account.a{n}]\n{}", at(n, &format!("do = \"arrears\"\naccount = \"a{n}\"")));
            each(10, "", n, debt).replace("10 s", "8 d")
        },
    },
    // What is expected.
    Kind {
        name: "expectations with windows side by side",
        call: UNMET,
        least: 200,
        text: |n| each(10, &entry(0, "\n"), n, |n| window(n, 1)),
    },
    Kind {
        name: "expectations with windows over each other",
        call: RUN,
        least: 200,
        text: |n| each(10, &entry(0, "\n"), n, |n| window(n, 5_000)),
    },
    // What is wrong or unusual.
    Kind {
        name: "unknown keys",
        call: WRONG,
        least: 60,
        text: |n| each(10, "", n, |n| entry(n, "paket_size = \"9 B\"")),
    },
    Kind {
        name: "unknown names",
        call: WRONG,
        least: 250,
        text: |n| each(10, "", n, |n| format!("{}\n[[expect]]\ntraffic = \"x{n}\"\nsent = 1", entry(n, ""))),
    },
    Kind {
        name: "unknown hosts",
        call: WRONG,
        least: 250,
        text: |n| each(10, "", n, |n| entry(n, "").replace("A/h-1", &format!("A/x{n}"))),
    },
    Kind {
        name: "overlapping subnets",
        call: WRONG,
        least: 100,
        text: |n| each(10, "", n, |n| format!("[vpc.A.subnet.x{n}]\ncidr = \"10.1.0.0/24\"")),
    },
    Kind {
        name: "warnings on one line",
        call: CHECK,
        least: 150,
        text: |n| {
            let head = "[peering.q]\nrequester = \"A\"\naccepter = \"C\"\n[vpc.C]\nregion = \"shanghai\"\n\
             cidr = \"10.3.0.0/16\"\n\
                        [vpc.C.table.t]\nroutes = [";
            let route = |n| format!("{{ to = \"{}\", via = \"q\" }},", net(n));
            each(10, head, n, route).replace("},\n", "}, ") + "]\n"
        },
    },
];

/// The program, stripped of debug information if possible: valgrind would otherwise read it again in each run.
fn program(folder: &Path) -> PathBuf {
    let (whole, stripped) = (PathBuf::from(env!("CARGO_BIN_EXE_vpcsim")), folder.join("vpcsim"));
    let strip = bare("strip").arg("--strip-debug").arg("-o").args([&stripped, &whole]).status();
    if strip.is_ok_and(|status| status.success()) { stripped } else { whole }
}

/// The instructions of one run of the program.
fn instructions(kind: &Kind, program: &Path, file: &Path, count: usize) -> f64 {
    std::fs::write(file, (kind.text)(count)).expect("writable");
    let mut command = bare("valgrind");
    command.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    let said = said(command.arg(program).args(kind.call.args).arg(file));
    assert_eq!(said.code, Some(kind.call.code), "{} with {count}: {}", kind.name, said.talk);
    let counted = said.talk.lines().rfind(|line| line.contains("I   refs:") || line.contains("I refs:"));
    let digits: String = counted.expect("valgrind counts").rsplit(':').next().unwrap_or("").replace(',', "");
    digits.trim().parse().expect("a number")
}

/// The cost of the second doubling divided by that of the first, if it is too large.
fn too_much(kind: &Kind, program: &Path, file: &Path) -> Option<String> {
    let [one, two, four] = [1, 2, 4].map(|times| instructions(kind, program, file, kind.least * times));
    // If more things cost less, the measurement failed.
    assert!(one < two && two < four, "{}: {one}, {two}, {four} instructions", kind.name);
    let growth = (four - two) / (two - one);
    println!(
        "{:<45} {growth:.2}  ({:.0} k instructions for each)",
        kind.name,
        (four - two) / (2_000 * kind.least) as f64
    );
    (growth > GROWTH_MAX).then(|| format!("{}: {growth:.2}", kind.name))
}

#[test]
fn twice_as_many_things_cost_twice_as_much() {
    if !bare("valgrind").arg("--version").output().is_ok_and(|told| told.status.success()) {
        println!("skipped: there is no valgrind to count instructions");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let program = program(folder.path());
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = &|worker: usize| {
        let file = folder.path().join(format!("growth-{worker}.toml"));
        while let Some(kind) = KINDS.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = too_much(kind, &program, &file);
            wrong.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    std::thread::scope(|threads| {
        (0..workers).for_each(|worker| drop(threads.spawn(move || work(worker))));
    });
    let wrong = wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(wrong.is_empty(), "these grow faster than the file, 2 being linear: {}", wrong.join("; "));
}
