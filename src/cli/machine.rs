//! What the system reports of the machine and of this process: cores, processor, memory, time used. Whatever it does
//! not report is `None`.

use crate::report::Machine;
use crate::units::ByteSize;
use std::fs;
use std::num::NonZeroUsize;
use std::time::Duration;

/// Cores that this process may use.
pub(super) fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// The machine this runs on.
pub(super) fn machine() -> Machine {
    Machine {
        cpu: field("/proc/cpuinfo", "model name").or_else(|| Some(std::env::consts::ARCH.into())),
        cores: cores().get(),
        memory: field("/proc/meminfo", "MemTotal").as_deref().and_then(kibibytes),
        os: match fs::read_to_string("/proc/sys/kernel/osrelease") {
            // The version is followed by build details.
            Ok(release) => format!("{} {}", std::env::consts::OS, release.trim().split('-').next().unwrap_or_default()),
            Err(_) => std::env::consts::OS.into(),
        },
        optimised: !cfg!(debug_assertions),
    }
}

/// Processor time used so far by all threads of this process.
#[cfg(unix)]
pub(super) fn cpu_time() -> Option<Duration> {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(Duration::new(used.tv_sec.try_into().ok()?, used.tv_nsec.try_into().ok()?))
}

/// Processor time used so far by all threads of this process.
#[cfg(not(unix))]
pub(super) fn cpu_time() -> Option<Duration> {
    None
}

/// Resets the record of the most memory held by this process; whether that was possible.
pub(super) fn forget_peak() -> bool {
    // proc_pid_clear_refs(5): 5 resets the peak to the memory held now.
    fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// The most memory held by this process since it started or since [`forget_peak`].
pub(super) fn peak() -> Option<ByteSize> {
    kibibytes(&field("/proc/self/status", "VmHWM")?)
}

/// The signals that this process inherited as ignored, one bit each, from signal 1.
#[cfg(unix)]
pub(super) fn ignored_signals() -> Option<u64> {
    u64::from_str_radix(&field("/proc/self/status", "SigIgn")?, 16).ok()
}

/// The value of the first line `name : value`.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| *key == name).map(|(_, value)| value.into())
}

/// `24098 kB`; the kernel's kB are 1024 bytes.
fn kibibytes(text: &str) -> Option<ByteSize> {
    let count: u64 = text.strip_suffix("kB")?.trim().parse().ok()?;
    Some(ByteSize::from_bytes(count * 1024))
}
