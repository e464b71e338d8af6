//! Tests of the handler, called as the host calls it.

const std = @import("std");
const steploom = @import("steploom");

const handler = @import("handler.zig").handler;

/// Checks what the handler answers.
fn check(event: []const u8, expect: []const u8) !void {
    var arena: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena.deinit();
    const answer = steploom.answer(handler, arena.allocator(), event);
    try std.testing.expectEqualStrings(expect, answer.json);
    try std.testing.expect(!answer.failed);
}

/// Checks the name of the error.
fn checkFails(event: []const u8, expect: []const u8) !void {
    var arena: std.heap.ArenaAllocator = .init(std.testing.allocator);
    defer arena.deinit();
    const answer = steploom.answer(handler, arena.allocator(), event);
    try std.testing.expect(answer.failed);
    const told = try std.json.parseFromSliceLeaky(struct { errorType: []const u8, errorMessage: []const u8 }, arena.allocator(), answer.json, .{});
    try std.testing.expectEqualStrings(expect, told.errorType);
}

test "digests are those of the standards" {
    try check(
        \\{"text": "abc", "algorithms": ["crc32", "md5", "sha1", "sha256", "blake3"]}
    ,
        \\{"bytes":3,"digests":{"crc32":"352441c2","md5":"900150983cd24fb0d6963f7d28e17f72","sha1":"a9993e364706816aba3e25717850c26c9cd0d89d","sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","blake3":"6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"}}
    );
    try check(
        \\{"text": "abc", "algorithms": ["sha3-256", "sha384"]}
    ,
        \\{"bytes":3,"digests":{"sha3-256":"3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532","sha384":"cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"}}
    );
}

test "text is its UTF-8, Base64 its bytes" {
    try check("{\"text\": \"\\u00c5\", \"algorithms\": [\"md5\"]}",
        \\{"bytes":2,"digests":{"md5":"3ea084eb8d3d4a5309d82a0f014842fa"}}
    );
    try check("{\"base64\": \"AP8=\", \"algorithms\": [\"sha1\"], \"encoding\": \"base64\"}",
        \\{"bytes":2,"digests":{"sha1":"qj5dzdd7FT8uWb0Nh5T94zy05IY="}}
    );
}

test "what cannot be done has a name" {
    try checkFails("{}", "InvalidEvent");
    try checkFails("[]", "InvalidEvent");
    try checkFails("{\"text\": 1}", "InvalidEvent");
    try checkFails("{\"text\": \"a\", \"base64\": \"YQ==\"}", "InvalidEvent");
    try checkFails("{\"text\": \"a\", \"algorithms\": []}", "InvalidEvent");
    try checkFails("{\"text\": \"a\", \"encoding\": \"binary\"}", "InvalidEvent");
    try checkFails("{\"text\": \"a\", \"algorithms\": [\"md4\"]}", "UnknownAlgorithm");
    try checkFails("{\"base64\": \"YQ\"}", "InvalidBase64");
    try checkFails("{\"base64\": \"?\"}", "InvalidBase64");
    try checkFails("{\"path\": \"/nowhere\"}", "FileUnreadable");
    try checkFails("{\"path\": \"/\"}", "FileUnreadable");
    try checkFails("{\"path\": \"\"}", "FileUnreadable");
    try checkFails("{\"path\": \"/a\\u0000b\"}", "FileUnreadable");
}
