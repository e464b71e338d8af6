//! A probe: does what the event says, be it good or bad, for the tables in ../../.

const std = @import("std");
const steploom = @import("steploom");

pub const Event = struct {
    do: ?[]const u8 = null,
    value: std.json.Value = .null,
    @"error": []const u8 = "",
    message: []const u8 = "",
    name: []const u8 = "",
    key: []const u8 = "",
};

const Probe = enum {
    echo,
    fail,
    panic,
    exit,
    loop,
    bomb,
    deep,
    context,
    log,
    fuel,
    invoke,
    start,
    config,
    objects,
    keyvalue,
    tasks,
};

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
        .fuel => {
            const left = steploom.fuel();
            try result.put("value", .{ .bool = 0 < steploom.fuel() and steploom.fuel() < left });
        },
        .invoke => try result.put("value", try steploom.invoke(call, std.json.Value, event.name, event.value)),
        .start => {
            const first = try steploom.start(call, event.name, event.value, event.key);
            const second = try steploom.start(call, event.name, event.value, event.key);
            try result.put("value", .{ .bool = first.len > 0 and std.mem.eql(u8, first, second) });
        },
        .config => try result.put("value", textOrNull(try steploom.config(call, event.key))),
        .objects => try useObjects(call, event.name, event.key, event.value.string, &result),
        .keyvalue => try useKeyvalue(call, event.name, event.key, event.value.string, &result),
        .tasks => if (std.mem.eql(u8, event.key, "succeed")) {
            try steploom.succeed(call, event.name, event.value);
        } else if (std.mem.eql(u8, event.key, "fail")) {
            try steploom.fail(call, event.name, "Late", "too late");
        } else try steploom.heartbeat(call, event.name),
    }
    return .{ .object = result };
}

fn useObjects(call: *steploom.Call, bucket: []const u8, key: []const u8, text: []const u8, result: *std.json.ObjectMap) !void {
    try steploom.objects.write(call, bucket, key, .{ .body = text, .content_type = "text/plain" });
    const object = try steploom.objects.read(call, bucket, key);
    const page = try steploom.objects.list(call, bucket, key, null);
    try steploom.objects.remove(call, bucket, key);
    const left = try steploom.objects.list(call, bucket, key, null);
    try result.put("body", .{ .string = object.body });
    try result.put("contentType", textOrNull(object.content_type));
    try result.put("keys", try listOf(call, page.keys));
    try result.put("left", try listOf(call, left.keys));
}

fn useKeyvalue(call: *steploom.Call, store: []const u8, key: []const u8, text: []const u8, result: *std.json.ObjectMap) !void {
    try result.put("absent", textOrNull(try steploom.keyvalue.get(call, store, key)));
    try steploom.keyvalue.set(call, store, key, text);
    try result.put("value", textOrNull(try steploom.keyvalue.get(call, store, key)));
    const page = try steploom.keyvalue.keys(call, store, key, null);
    try steploom.keyvalue.delete(call, store, key);
    try result.put("keys", try listOf(call, page.keys));
    try result.put("sum", .{ .integer = try steploom.keyvalue.increment(call, store, key, -5) });
    try steploom.keyvalue.delete(call, store, key);
}

fn listOf(call: *steploom.Call, texts: []const []const u8) !std.json.Value {
    var list: std.json.Array = .init(call.arena);
    for (texts) |text| try list.append(.{ .string = text });
    return .{ .array = list };
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
