//! Digests of text, Base64 or a file: `{"text": "abc"}` gives `{"bytes": 3, "digests": {"sha256": "ba7816bf..."}}`.
//!
//! `algorithms` says which, several in one pass: see `State`. `encoding` is `hex` or `base64`.

const std = @import("std");
const steploom = @import("steploom");

const hash = std.crypto.hash;

/// Algorithms of one event.
const algorithms_max = 16;

pub const Event = struct {
    text: ?[]const u8 = null,
    base64: ?[]const u8 = null,
    path: ?[]const u8 = null,
    algorithms: []const []const u8 = &.{"sha256"},
    encoding: []const u8 = "hex",
};

pub const Result = struct { bytes: u64, digests: std.json.ArrayHashMap([]const u8) };

/// Every algorithm, under the name that an event has for it.
const State = union(enum) {
    crc32: std.hash.Crc32,
    md5: hash.Md5,
    sha1: hash.Sha1,
    sha256: hash.sha2.Sha256,
    sha384: hash.sha2.Sha384,
    sha512: hash.sha2.Sha512,
    @"sha3-256": hash.sha3.Sha3_256,
    @"sha3-512": hash.sha3.Sha3_512,
    blake2b: hash.blake2.Blake2b512,
    blake3: hash.Blake3,

    fn of(name: []const u8) ?State {
        inline for (std.meta.fields(State)) |field| {
            if (std.mem.eql(u8, name, field.name)) {
                const begun = if (field.type == std.hash.Crc32) field.type.init() else field.type.init(.{});
                return @unionInit(State, field.name, begun);
            }
        }
        return null;
    }

    fn update(state: *State, bytes: []const u8) void {
        switch (state.*) {
            inline else => |*of_one| of_one.update(bytes),
        }
    }

    /// The digest, in the front of `place`.
    fn final(state: *State, place: *[64]u8) []const u8 {
        switch (state.*) {
            .crc32 => |*crc| {
                std.mem.writeInt(u32, place[0..4], crc.final(), .big);
                return place[0..4];
            },
            inline else => |*of_one| {
                const length = @TypeOf(of_one.*).digest_length;
                of_one.final(place[0..length]);
                return place[0..length];
            },
        }
    }
};

pub fn handler(call: *steploom.Call, event: Event) !Result {
    const encoding = std.meta.stringToEnum(Encoding, event.encoding) orelse
        return call.fail(error.InvalidEvent, "\"encoding\" is \"hex\" or \"base64\"", .{});
    const states = try begin(call, event.algorithms);
    const bytes = try feed(call, event, states);

    var digests: std.json.ArrayHashMap([]const u8) = .{};
    for (event.algorithms, states) |name, *state| {
        var place: [64]u8 = undefined;
        try digests.map.put(call.arena, name, try encoding.write(call.arena, state.final(&place)));
    }
    steploom.log(.info, "digested", .{ .bytes = bytes, .algorithms = states.len });
    return .{ .bytes = bytes, .digests = digests };
}

fn begin(call: *steploom.Call, names: []const []const u8) ![]State {
    if (names.len == 0 or names.len > algorithms_max) {
        return call.fail(error.InvalidEvent, "\"algorithms\" is a list of 1 to {d} names", .{algorithms_max});
    }
    const states = try call.arena.alloc(State, names.len);
    for (names, states) |name, *state| {
        state.* = State.of(name) orelse {
            const known = comptime std.meta.fieldNames(State);
            const list = try std.mem.join(call.arena, ", ", known);
            return call.fail(error.UnknownAlgorithm, "there is no \"{s}\"; there are {s}", .{ name, list });
        };
    }
    return states;
}

/// Gives all bytes to all algorithms, and says how many there were.
fn feed(call: *steploom.Call, event: Event, states: []State) !u64 {
    var count: usize = 0;
    for ([_]?[]const u8{ event.text, event.base64, event.path }) |source| count += @intFromBool(source != null);
    if (count != 1) {
        return call.fail(error.InvalidEvent, "the event needs one of \"text\", \"base64\" and \"path\", a file in a volume", .{});
    }
    if (event.path) |path| return feedFile(call, path, states);
    const bytes = event.text orelse try unbase64(call, event.base64.?);
    for (states) |*state| state.update(bytes);
    return bytes.len;
}

fn unbase64(call: *steploom.Call, text: []const u8) ![]const u8 {
    const decoder = std.base64.standard.Decoder;
    const len = decoder.calcSizeForSlice(text) catch |problem| return notBase64(call, problem);
    const bytes = try call.arena.alloc(u8, len);
    decoder.decode(bytes, text) catch |problem| return notBase64(call, problem);
    return bytes;
}

fn notBase64(call: *steploom.Call, problem: anyerror) error{InvalidBase64} {
    return call.fail(error.InvalidBase64, "it is no Base64 of the standard alphabet with padding: {s}", .{@errorName(problem)});
}

/// A file is read piece by piece, so its size does not matter.
fn feedFile(call: *steploom.Call, path: []const u8, states: []State) !u64 {
    // A path ends where C would end it.
    if (std.mem.indexOfScalar(u8, path, 0) != null) return unreadable(call, path, error.BadPathName);
    const file = std.fs.cwd().openFile(path, .{}) catch |problem| return unreadable(call, path, problem);
    defer file.close();
    var piece: [64 * 1024]u8 = undefined;
    var bytes: u64 = 0;
    while (true) {
        const read = file.read(&piece) catch |problem| return unreadable(call, path, problem);
        if (read == 0) return bytes;
        for (states) |*state| state.update(piece[0..read]);
        bytes += read;
    }
}

fn unreadable(call: *steploom.Call, path: []const u8, problem: anyerror) error{FileUnreadable} {
    const advice = "mount a volume with --volume NAME=/path, and name a file below /path";
    return call.fail(error.FileUnreadable, "{s}: {s}; {s}", .{ path, @errorName(problem), advice });
}

const Encoding = enum {
    hex,
    base64,

    fn write(encoding: Encoding, arena: std.mem.Allocator, digest: []const u8) ![]const u8 {
        if (encoding == .hex) return std.fmt.allocPrint(arena, "{x}", .{digest});
        const text = try arena.alloc(u8, std.base64.standard.Encoder.calcSize(digest.len));
        return std.base64.standard.Encoder.encode(text, digest);
    }
};

comptime {
    steploom.serve(handler);
}

test {
    _ = @import("tests.zig");
}
