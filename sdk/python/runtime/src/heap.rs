//! Memory: one way to give it while loading, another in a call.
//!
//! What loading leaves behind is copied into every call, page by page as it is touched. So nothing that a call makes goes into the
//! gaps between what was there before: it gets pages of its own, side by side, and what was there before is never freed.
//! In a call there is a list of free places for each size; while loading, and for large places, the C library's
//! allocator works. What is freed while loading is cleared: a page of zeros takes no room in what is kept.

use std::alloc::{GlobalAlloc, Layout, System};
use std::arch::wasm32::{memory_grow, memory_size};
use std::cell::UnsafeCell;
use std::ptr::null_mut;

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(State {
    frontier: 0,
    next: 0,
    end: 0,
    free: [null_mut(); CLASSES],
}));

/// Bytes of a page of WebAssembly's memory.
const PAGE_BYTES: usize = 64 << 10;
/// Bytes that a call finds ready.
const READY_BYTES: usize = 1 << 20;
/// Bytes that memory grows by at least.
const GROWTH_BYTES_MIN: usize = 1 << 20;
/// Sizes are multiples of this, and so is every address.
const GRAIN_BYTES: usize = 16;
/// Sizes up to this have a class for each multiple of the grain.
const FINE_BYTES_MAX: usize = 1 << 10;
const FINE_CLASSES: usize = FINE_BYTES_MAX / GRAIN_BYTES;
/// Larger ones have this many classes for each doubling, up to [`SMALL_BYTES_MAX`].
const CLASSES_PER_DOUBLING: usize = 4;
const DOUBLINGS: usize = 5;
const CLASSES: usize = FINE_CLASSES + DOUBLINGS * CLASSES_PER_DOUBLING;
/// What is larger is left to the C library's allocator.
const SMALL_BYTES_MAX: usize = FINE_BYTES_MAX << DOUBLINGS;

struct Heap(UnsafeCell<State>);

struct State {
    /// Where a call's memory begins; 0 while loading.
    frontier: usize,
    /// The next place that was never given.
    next: usize,
    /// Where those places end.
    end: usize,
    /// A list of free places of each class; a place's first word points to the next one.
    free: [*mut u8; CLASSES],
}

// SAFETY: WebAssembly has one thread here.
unsafe impl Sync for Heap {}

/// Ends the time of loading.
pub(crate) fn settle() {
    // SAFETY: there is one thread, and no other reference to the state.
    let state = unsafe { &mut *HEAP.0.get() };
    if state.frontier == 0 && state.grow(READY_BYTES) {
        state.frontier = state.next;
    }
}

/// Whether this place was given after loading.
pub(crate) fn is_new(place: usize) -> bool {
    // SAFETY: as above.
    let state = unsafe { &*HEAP.0.get() };
    state.frontier != 0 && place >= state.frontier
}

// SAFETY: a place is given to one owner at a time: `next` only grows, and a place leaves its list when it is given.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let state = unsafe { &mut *self.0.get() };
        if state.frontier == 0 || is_large(layout) {
            return unsafe { System.alloc(layout) };
        }
        let (class, bytes) = class_of(layout.size());
        let free = state.free[class];
        if !free.is_null() {
            state.free[class] = unsafe { free.cast::<*mut u8>().read() };
            return free;
        }
        if state.end - state.next < bytes && !state.grow(bytes) {
            return null_mut();
        }
        let place = state.next;
        state.next += bytes;
        place as *mut u8
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        let state = unsafe { &mut *self.0.get() };
        if is_large(layout) {
            unsafe { System.dealloc(place, layout) };
        } else if state.frontier == 0 {
            unsafe {
                place.write_bytes(0, layout.size());
                System.dealloc(place, layout);
            }
        } else if place as usize >= state.frontier {
            let (class, _) = class_of(layout.size());
            unsafe { place.cast::<*mut u8>().write(state.free[class]) };
            state.free[class] = place;
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if is_large(layout) {
            return unsafe { System.alloc_zeroed(layout) };
        }
        let place = unsafe { self.alloc(layout) };
        if !place.is_null() {
            unsafe { place.write_bytes(0, layout.size()) };
        }
        place
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let state = unsafe { &*self.0.get() };
        // SAFETY: the caller says that the new size is fine for a layout.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        match (is_large(layout), is_large(wanted)) {
            (true, true) => return unsafe { System.realloc(place, layout, size) },
            (false, false) if state.frontier != 0 && place as usize >= state.frontier => {
                if class_of(layout.size()).0 == class_of(size).0 {
                    return place;
                }
            }
            _ => {}
        }
        unsafe {
            let moved = self.alloc(wanted);
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(place, layout.size().min(size));
                self.dealloc(place, layout);
            }
            moved
        }
    }
}

impl State {
    /// Gets memory for at least so many bytes; what is left of the last piece is forgotten unless it lies before it.
    fn grow(&mut self, bytes: usize) -> bool {
        let pages = bytes.max(GROWTH_BYTES_MIN).div_ceil(PAGE_BYTES);
        let mut start = memory_grow(0, pages);
        let mut taken = pages;
        if start == usize::MAX {
            // What is left may be less than that, and still enough.
            taken = bytes.div_ceil(PAGE_BYTES);
            start = memory_grow(0, taken);
        }
        if start == usize::MAX {
            return false;
        }
        debug_assert!(start + taken == memory_size(0));
        if self.end != start * PAGE_BYTES {
            self.next = start * PAGE_BYTES;
        }
        self.end = (start + taken) * PAGE_BYTES;
        true
    }
}

fn is_large(layout: Layout) -> bool {
    layout.size() > SMALL_BYTES_MAX || layout.align() > GRAIN_BYTES
}

/// A size's class, and the bytes of a place of that class.
fn class_of(size: usize) -> (usize, usize) {
    if size <= FINE_BYTES_MAX {
        let grains = size.div_ceil(GRAIN_BYTES).max(1);
        return (grains - 1, grains * GRAIN_BYTES);
    }
    let doubling = ((size - 1) / FINE_BYTES_MAX).ilog2() as usize;
    let step = (FINE_BYTES_MAX << doubling) / CLASSES_PER_DOUBLING;
    let steps = (size - (FINE_BYTES_MAX << doubling)).div_ceil(step);
    let class = FINE_CLASSES + doubling * CLASSES_PER_DOUBLING + steps - 1;
    (class, (FINE_BYTES_MAX << doubling) + steps * step)
}
