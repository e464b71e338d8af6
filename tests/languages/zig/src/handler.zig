//! A probe: does what the event says, be it good or bad, for the table in ../../probes.json.

const std = @import("std");
const steploom = @import("steploom");

pub const Event = struct {
    do: ?[]const u8 = null,
    value: std.json.Value = .null,
    @"error": []const u8 = "",
    message: []const u8 = "",
};

const Probe = enum { echo, fail, panic, exit, loop, bomb, deep, context, log };

/// The errors that an event may ask for: in Zig their names must be known before.
const Named = error{ CardDeclined, @"Größe🚀", UnknownError };

pub fn handler(call: *steploom.Call, event: Event) !std.json.Value {
    const probe = std.meta.stringToEnum(Probe, event.do orelse "") orelse
        return call.fail(error.UnknownProbe, "there is no such probe", .{});
    var result: std.json.ObjectMap = .init(call.arena);
    switch (probe) {
        .echo => try result.put("value", event.value),
        .fail => return call.fail(named(event.@"error"), "{s}", .{event.message}),
        .panic => @panic("as the event says"),
        .exit => std.process.exit(3),
        .loop => while (true) {},
        .bomb => while (true) @memset(try call.arena.alloc(u8, 1 << 20), 1),
        .deep => std.process.exit(@intFromBool(deep(0) == 0)),
        .context => {
            const context = call.context();
            try result.put("function", .{ .string = context.function });
            try result.put("version", .{ .integer = context.version });
            try result.put("retry", .{ .integer = context.retry });
            try result.put("execution", textOrNull(context.execution));
            try result.put("state", textOrNull(context.state));
        },
        .log => {
            steploom.log(.debug, "one", .{});
            steploom.log(.info, "two", .{ .n = 2 });
            steploom.log(.warn, "three", .{});
            steploom.log(.err, "four", .{});
        },
    }
    return .{ .object = result };
}

fn named(name: []const u8) Named {
    inline for (comptime std.meta.tags(Named)) |known| {
        if (std.mem.eql(u8, name, @errorName(known))) return known;
    }
    return error.UnknownError;
}

/// Returns only after more calls than any stack has room for.
fn deep(level: usize) usize {
    var here = level;
    std.mem.doNotOptimizeAway(&here);
    return if (level == std.math.maxInt(usize)) 0 else deep(level + 1) +% here;
}

fn textOrNull(text: ?[]const u8) std.json.Value {
    return if (text) |some| .{ .string = some } else .null;
}

comptime {
    steploom.serve(handler);
}
