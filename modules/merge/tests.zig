//! What a summary holds, for events as `count` makes them.

const std = @import("std");
const merge = @import("merge.zig");

/// Checks that `event` is summed up as `expect`.
fn check(event: []const u8, expect: []const u8) !void {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const summary = try merge.merge(arena.allocator(), try merge.parse(arena.allocator(), event));
    const json = try std.json.Stringify.valueAlloc(arena.allocator(), summary, .{});
    try std.testing.expectEqualStrings(expect, json);
}

test "nothing counted is a summary of zeros" {
    try check("{\"parts\":[]}",
        \\{"folder":"","files":0,"lines":0,"words":0,"bytes":0,"skipped":0,"extensions":[],"top_words":[]}
    );
}

test "parts are summed, extensions come by lines, words by count and then the alphabet" {
    try check(
        \\{"folder":"/input","files":4,"bytes":99,"skipped":1,"parts":[
        \\ {"files":2,"lines":3,"words":5,"bytes":40,
        \\  "extensions":{"md":[1,1,2,10],"rs":[1,2,3,30]},"top_words":{"let":2,"the":1}},
        \\ {"files":1,"lines":9,"words":9,"bytes":59,
        \\  "extensions":{"md":[1,9,9,59]},"top_words":{"the":4,"and":2}}
        \\]}
    ,
        \\{"folder":"/input","files":3,"lines":12,"words":14,"bytes":99,"skipped":2,
    ++
        \\"extensions":[{"extension":"md","files":2,"lines":10,"words":11,"bytes":69},
    ++
        \\{"extension":"rs","files":1,"lines":2,"words":3,"bytes":30}],
    ++
        \\"top_words":[{"word":"the","count":5},{"word":"and","count":2},{"word":"let","count":2}]}
    );
}

test "too many extensions end up under other, and none is lost" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    var event: std.Io.Writer.Allocating = .init(arena.allocator());
    try event.writer.writeAll("{\"parts\":[{\"extensions\":{\"other\":[1,1,1,1]");
    for (0..100) |index| try event.writer.print(",\"e{d}\":[1,{d},1,1]", .{ index, index });
    try event.writer.writeAll("}}]}");
    const parsed = try merge.parse(arena.allocator(), event.written());
    const summary = try merge.merge(arena.allocator(), parsed);
    try std.testing.expectEqual(51, summary.extensions.len);
    try std.testing.expectEqualStrings("e99", summary.extensions[0].extension);
    const last = summary.extensions[50];
    try std.testing.expectEqualStrings("other", last.extension);
    try std.testing.expectEqual(51, last.files);
    try std.testing.expectEqual(101, summary.files);
}

test "an event without parts is refused" {
    var arena = std.heap.ArenaAllocator.init(std.testing.allocator);
    defer arena.deinit();
    const parsed = merge.parse(arena.allocator(), "{\"folder\":\"/input\"}");
    try std.testing.expectError(error.MissingField, parsed);
}
