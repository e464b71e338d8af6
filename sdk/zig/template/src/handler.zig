//! Greets whoever the event names: `{"name": "Ada"}` gives `{"greeting": "Hello, Ada!"}`.

const std = @import("std");
const steploom = @import("steploom");

pub const Event = struct { name: ?[]const u8 = null };

pub const Result = struct { greeting: []const u8 };

pub fn handler(call: *steploom.Call, event: Event) !Result {
    const name = event.name orelse
        return call.fail(error.MissingName, "the event needs a \"name\"", .{});
    steploom.log(.info, "greeted", .{ .name = name });
    return .{ .greeting = try std.fmt.allocPrint(call.arena, "Hello, {s}!", .{name}) };
}

comptime {
    steploom.serve(handler);
}

test "greets by name" {
    try check("{\"name\": \"Ada\"}", false, "{\"greeting\":\"Hello, Ada!\"}");
}

test "without a name there is nobody to greet" {
    const missing = "{\"errorType\":\"MissingName\",\"errorMessage\":\"the event needs a \\\"name\\\"\"}";
    try check("{}", true, missing);
    try check("{\"name\": null}", true, missing);
}

/// Checks what the handler answers when it is called as the host calls it.
fn check(event: []const u8, failed: bool, expect: []const u8) !void {
    var arena: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena.deinit();
    const answer = steploom.answer(handler, arena.allocator(), event);
    try std.testing.expectEqualStrings(expect, answer.json);
    try std.testing.expectEqual(failed, answer.failed);
}
