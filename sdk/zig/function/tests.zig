//! What steploom.zig makes of events, and what it logs: `zig test tests.zig`.

const std = @import("std");
const steploom = @import("steploom.zig");

/// Checks that `handler` answers `event` with this result.
fn check(comptime handler: anytype, event: []const u8, expect: []const u8) !void {
    try checkAnswer(handler, event, false, expect);
}

/// Checks that `handler` answers `event` with this error.
fn checkError(comptime handler: anytype, event: []const u8, expect: []const u8) !void {
    try checkAnswer(handler, event, true, expect);
}

fn checkAnswer(comptime handler: anytype, event: []const u8, failed: bool, expect: []const u8) !void {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const answer = steploom.answer(handler, arena.allocator(), event);
    try std.testing.expectEqualStrings(expect, answer.json);
    try std.testing.expectEqual(failed, answer.failed);
}

const Event = struct { text: []const u8, more: ?u32 = null };

fn measure(call: *steploom.Call, event: Event) !struct { bytes: usize, more: ?u32 } {
    if (event.text.len == 0) return call.fail(error.NoText, "{s} \"text\"", .{"no"});
    if (event.more == 0) return error.Nothing;
    return .{ .bytes = event.text.len, .more = event.more };
}

fn echo(_: *steploom.Call, event: std.json.Value) std.json.Value {
    return event;
}

test "an event of a type becomes a result of a type" {
    try check(measure, "{\"text\":\"Åsa 🚀\"}", "{\"bytes\":9,\"more\":null}");
    try check(measure, " {\"other\":[{}], \"more\":7,\"text\":\"\\ud83d\\ude80\"} ", "{\"bytes\":4,\"more\":7}");
}

test "an error has its name and the message, if one was told" {
    try checkError(measure, "{\"text\":\"\"}",
        \\{"errorType":"NoText","errorMessage":"no \"text\""}
    );
    try checkError(measure, "{\"text\":\"a\",\"more\":0}",
        \\{"errorType":"Nothing","errorMessage":""}
    );
}

test "an event that does not fit is an error that says where" {
    try checkError(measure, "{\n \"text\":12}",
        \\{"errorType":"InvalidEvent","errorMessage":"the event is no tests.Event: UnexpectedToken at line 2, column 9"}
    );
    try checkError(measure, "{}",
        \\{"errorType":"InvalidEvent","errorMessage":"the event is no tests.Event: MissingField at line 1, column 3"}
    );
    try checkError(measure, "null",
        \\{"errorType":"InvalidEvent","errorMessage":"the event is no tests.Event: UnexpectedToken at line 1, column 5"}
    );
}

test "any JSON goes in and out, with numbers of any length" {
    try check(echo, "null", "null");
    try check(echo, "[ 123456789012345678901234567890, \"\\u00e5\" ]", "[123456789012345678901234567890,\"å\"]");
    try check(echo, "[" ** 100 ++ "]" ** 100, "[" ** 100 ++ "]" ** 100);
}

test "a log line has a level, a message and fields" {
    var line: std.Io.Writer.Allocating = .init(std.testing.allocator);
    defer line.deinit();
    const nobody: ?[]const u8 = null;
    try steploom.writeLine(&line.writer, .warn, "two\nlines", .{ .name = "\"Ada\"", .bytes = -1, .state = nobody });
    try steploom.writeLine(&line.writer, .debug, "alone", .{});
    try std.testing.expectEqualStrings(
        \\{"level":"WARN","message":"two\nlines","name":"\"Ada\"","bytes":-1,"state":null}
        \\{"level":"DEBUG","message":"alone"}
        \\
    , line.written());
}

test "the context is what the environment says" {
    var variables = std.process.EnvMap.init(std.testing.allocator);
    defer variables.deinit();
    try std.testing.expectEqual(steploom.Context{}, steploom.Context.of(&variables));
    try variables.put("STEPLOOM_REQUEST_ID", "7");
    try variables.put("STEPLOOM_VERSION", "3");
    try variables.put("STEPLOOM_STATE", "Count");
    try variables.put("STEPLOOM_RETRY", "2");
    const context = steploom.Context.of(&variables);
    try std.testing.expectEqualStrings("7", context.request_id);
    try std.testing.expectEqual(3, context.version);
    try std.testing.expectEqualStrings("Count", context.state.?);
    try std.testing.expectEqual(null, context.attempt);
    try std.testing.expectEqual(2, context.retry);
}

fn resize(call: *steploom.Call, event: Event) !usize {
    const small = try steploom.invoke(call, Event, "resize", event);
    return small.text.len;
}

test "there is no platform outside, and what a call failed with is the handler's error" {
    try checkError(resize, "{\"text\":\"a\"}",
        \\{"errorType":"NoPlatform","errorMessage":"there is no platform here: calls back are answered where Steploom runs the function"}
    );
    var arena: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena.deinit();
    var call: steploom.Call = .{ .arena = arena.allocator() };
    const failed = error.CallFailed;
    try std.testing.expectError(failed, steploom.start(&call, "orders", .{ .id = 1 }, "o-1"));
    try std.testing.expectError(failed, steploom.succeed(&call, "token", 1));
    try std.testing.expectError(failed, steploom.fail(&call, "token", "Late", "too late"));
    try std.testing.expectError(failed, steploom.heartbeat(&call, "token"));
    try std.testing.expectError(failed, steploom.config(&call, "COLOR"));
    try std.testing.expectError(failed, steploom.objects.read(&call, "photos", "a"));
    try std.testing.expectError(failed, steploom.objects.write(&call, "photos", "a", .{ .body = "1" }));
    try std.testing.expectError(failed, steploom.objects.remove(&call, "photos", "a"));
    try std.testing.expectError(failed, steploom.objects.list(&call, "photos", "", null));
    try std.testing.expectError(failed, steploom.keyvalue.get(&call, "sessions", "a"));
    try std.testing.expectError(failed, steploom.keyvalue.set(&call, "sessions", "a", "1"));
    try std.testing.expectError(failed, steploom.keyvalue.delete(&call, "sessions", "a"));
    try std.testing.expectError(failed, steploom.keyvalue.increment(&call, "sessions", "a", -1));
    try std.testing.expectError(failed, steploom.keyvalue.keys(&call, "sessions", "", "b"));
    try std.testing.expectEqualStrings("NoPlatform", call.code);
    try std.testing.expectEqual(std.math.maxInt(u64), steploom.fuel());
}

test "a call knows its context" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    var call: steploom.Call = .{ .arena = arena.allocator() };
    try std.testing.expectEqual(0, call.context().version);
}
