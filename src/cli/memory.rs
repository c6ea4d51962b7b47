//! The program's allocator: the system's, except that running out of memory gives a message and exit code 2 instead of
//! an abort. Stable Rust has no hook for that. It counts and limits nothing.

#![allow(unsafe_code, reason = "an allocator is unsafe by its trait; each call is handed on as it came")]

use super::exit::Exit;
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Write;

/// The system's allocator, which ends the program cleanly when memory runs out.
pub struct Memory;

// SAFETY: every call is passed unchanged to the system's allocator; the result is never null.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller upholds the system allocator's conditions.
        given(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        given(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as above.
        given(unsafe { System.realloc(pointer, layout, size) }, size)
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[inline]
fn given(pointer: *mut u8, size: usize) -> *mut u8 {
    if pointer.is_null() { out_of_memory(size) } else { pointer }
}

/// Ends the program without allocating, locking or unwinding.
#[cold]
fn out_of_memory(size: usize) -> ! {
    let mut text = [0; 128];
    let mut rest = &mut text[..];
    let _ =
        writeln!(rest, "vpcsim: out of memory: {size} bytes more are not to be had; try a smaller or shorter scenario");
    let left = rest.len();
    #[cfg(unix)]
    let _ = rustix::io::write(rustix::stdio::stderr(), &text[..text.len() - left]);
    signal_hook::low_level::exit(Exit::CannotDo.code().into())
}
