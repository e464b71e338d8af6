//! Sums what was counted in the parts of a folder into one summary.
//!
//! Kind `command`: the event arrives on stdin, the result leaves on stdout, stderr is the log.
//! Event: `split`'s result with `count`'s results as its `parts`. Result: the folder's totals, its
//! file extensions by lines, and its most frequent words.

const std = @import("std");

/// Bytes of the event; a state holds 256 KiB, a direct invocation may bring more.
const event_bytes_max = 8 * 1024 * 1024;

/// Extensions in the summary; the rest are added up under "other".
const extensions_max = 50;

/// Frequent words in the summary.
const top_words_max = 20;

/// Where extensions are added up that have no line of their own.
const other = "other";

/// What one part counted; `extensions` holds `[files, lines, words, bytes]`.
pub const Part = struct {
    extensions: std.json.ArrayHashMap([4]u64) = .{},
    top_words: std.json.ArrayHashMap(u64) = .{},
};

/// What to merge.
pub const Event = struct {
    folder: []const u8 = "",
    /// Text files that `split` saw.
    files: u64 = 0,
    /// What `split` left out: binary, too large, links.
    skipped: u64 = 0,
    parts: []const Part,
};

/// The counts of one extension, or of all.
pub const Counts = struct {
    files: u64 = 0,
    lines: u64 = 0,
    words: u64 = 0,
    bytes: u64 = 0,

    fn add(self: *Counts, more: Counts) void {
        self.files +|= more.files;
        self.lines +|= more.lines;
        self.words +|= more.words;
        self.bytes +|= more.bytes;
    }
};

/// A line of the summary.
pub const Extension = struct {
    extension: []const u8,
    files: u64,
    lines: u64,
    words: u64,
    bytes: u64,
};

/// A word, and how often the parts in which it was frequent hold it.
pub const Word = struct {
    word: []const u8,
    count: u64,
};

/// What the folder holds.
pub const Summary = struct {
    folder: []const u8,
    files: u64,
    lines: u64,
    words: u64,
    bytes: u64,
    skipped: u64,
    extensions: []const Extension,
    top_words: []const Word,
};

pub fn main() u8 {
    var arena = std.heap.ArenaAllocator.init(std.heap.page_allocator);
    defer arena.deinit();
    run(arena.allocator()) catch |err| {
        // The last line of stderr is the cause that a `Catch` sees.
        std.debug.print("can't merge: {s}; the event must be {s}\n", .{
            @errorName(err), "{\"parts\": [what count answered, ...]}",
        });
        return 1;
    };
    return 0;
}

fn run(arena: std.mem.Allocator) !void {
    const event = try std.fs.File.stdin().readToEndAlloc(arena, event_bytes_max);
    const parsed = try parse(arena, event);
    const summary = try merge(arena, parsed);
    std.debug.print("merged {d} parts: {d} files, {d} words\n", .{
        parsed.parts.len, summary.files, summary.words,
    });
    const result = try std.json.Stringify.valueAlloc(arena, summary, .{});
    try std.fs.File.stdout().writeAll(result);
}

/// Reads an event; what it holds besides is ignored.
pub fn parse(arena: std.mem.Allocator, event: []const u8) !Event {
    return std.json.parseFromSliceLeaky(Event, arena, event, .{ .ignore_unknown_fields = true });
}

/// Sums the parts of an event.
pub fn merge(arena: std.mem.Allocator, event: Event) !Summary {
    var total: Counts = .{};
    var extensions: std.StringArrayHashMapUnmanaged(Counts) = .empty;
    var words: std.StringArrayHashMapUnmanaged(u64) = .empty;
    for (event.parts) |part| {
        for (part.extensions.map.keys(), part.extensions.map.values()) |name, values| {
            const counts: Counts = .{
                .files = values[0],
                .lines = values[1],
                .words = values[2],
                .bytes = values[3],
            };
            total.add(counts);
            const entry = try extensions.getOrPutValue(arena, name, .{});
            entry.value_ptr.add(counts);
        }
        for (part.top_words.map.keys(), part.top_words.map.values()) |word, count| {
            const entry = try words.getOrPutValue(arena, word, 0);
            entry.value_ptr.* +|= count;
        }
    }
    return .{
        .folder = event.folder,
        .files = total.files,
        .lines = total.lines,
        .words = total.words,
        .bytes = total.bytes,
        // Files that went away after the folder was split were not counted either.
        .skipped = event.skipped +| (event.files -| total.files),
        .extensions = try byLines(arena, &extensions),
        .top_words = try byCount(arena, words),
    };
}

/// The extensions with the most lines first, then by name; the rest under "other", at the end.
fn byLines(
    arena: std.mem.Allocator,
    counts: *std.StringArrayHashMapUnmanaged(Counts),
) ![]const Extension {
    var rest: Counts = .{};
    if (counts.fetchOrderedRemove(other)) |entry| rest = entry.value;
    var lines: std.ArrayList(Extension) = .empty;
    for (counts.keys(), counts.values()) |name, values| {
        try lines.append(arena, line(name, values));
    }
    std.mem.sort(Extension, lines.items, {}, hasMoreLines);
    while (lines.items.len > extensions_max) {
        const last = lines.pop().?;
        rest.add(.{
            .files = last.files,
            .lines = last.lines,
            .words = last.words,
            .bytes = last.bytes,
        });
    }
    if (rest.files > 0) try lines.append(arena, line(other, rest));
    return lines.items;
}

fn line(name: []const u8, counts: Counts) Extension {
    return .{
        .extension = name,
        .files = counts.files,
        .lines = counts.lines,
        .words = counts.words,
        .bytes = counts.bytes,
    };
}

fn hasMoreLines(_: void, left: Extension, right: Extension) bool {
    if (left.lines != right.lines) return left.lines > right.lines;
    return std.mem.order(u8, left.extension, right.extension) == .lt;
}

/// The most frequent words first, then by the alphabet.
fn byCount(
    arena: std.mem.Allocator,
    counts: std.StringArrayHashMapUnmanaged(u64),
) ![]const Word {
    var words: std.ArrayList(Word) = .empty;
    for (counts.keys(), counts.values()) |word, count| {
        try words.append(arena, .{ .word = word, .count = count });
    }
    std.mem.sort(Word, words.items, {}, isMoreFrequent);
    return words.items[0..@min(words.items.len, top_words_max)];
}

fn isMoreFrequent(_: void, left: Word, right: Word) bool {
    if (left.count != right.count) return left.count > right.count;
    return std.mem.order(u8, left.word, right.word) == .lt;
}

test {
    _ = @import("tests.zig");
}
