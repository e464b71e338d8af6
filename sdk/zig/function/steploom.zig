//! Steploom: functions in Zig. This file is all there is to it.
//!
//!     const steploom = @import("steploom");
//!
//!     const Event = struct { text: []const u8 };
//!
//!     fn handler(call: *steploom.Call, event: Event) !usize {
//!         if (event.text.len == 0) return call.fail(error.NoText, "there is nothing in it", .{});
//!         return event.text.len;
//!     }
//!
//!     comptime {
//!         steploom.serve(handler);
//!     }
//!
//! It makes a module of the kind `reactor`: the host writes the event into the module's memory and
//! reads the answer from there. Every call has an instance of its own, so nothing needs to be freed,
//! and no variable keeps its value for the next call.
//!
//! An event and a result are whatever `std.json` reads and writes; `std.json.Value` is any of them.
//! Members of the event that its type does not have are ignored.

const std = @import("std");
const builtin = @import("builtin");

/// What a handler has of its call.
pub const Call = struct {
    /// Memory until the call's end; frees itself.
    arena: std.mem.Allocator,
    /// What `fail` was told.
    message: []const u8 = "",

    /// Says for people why the handler fails, and gives the error back to be returned. The error's name,
    /// such as `MissingName`, is what `Retry` and `Catch` match. The message may have 32 KiB.
    pub fn fail(call: *Call, err: anytype, comptime format: []const u8, values: anytype) @TypeOf(err) {
        call.message = std.fmt.allocPrint(call.arena, format, values) catch outOfMemory();
        return err;
    }

    /// Under which circumstances the function is called.
    pub fn context(call: *Call) Context {
        var variables = std.process.getEnvMap(call.arena) catch |err| switch (err) {
            error.OutOfMemory => outOfMemory(),
            error.Unexpected => return .{},
        };
        return Context.of(&variables);
    }
};

/// Under which circumstances a function is called. Outside of Steploom all are as they are here.
pub const Context = struct {
    /// The invocation's id, under which its log is found.
    request_id: []const u8 = "",
    /// The function's name.
    function: []const u8 = "",
    /// Its version, from 1.
    version: u32 = 0,
    /// Whose it is: twelve digits.
    account: []const u8 = "",
    /// When the call must end, in RFC 3339.
    deadline: []const u8 = "",
    /// The execution's name, in a step only.
    execution: ?[]const u8 = null,
    /// The state's name, in a step only.
    state: ?[]const u8 = null,
    /// The attempt's id, in a step only; the same when the attempt is made again after a crash.
    attempt: ?[]const u8 = null,
    /// How often the step was retried before; 0 outside of a step.
    retry: u32 = 0,

    /// Reads it from environment variables, whose texts it keeps.
    pub fn of(variables: *const std.process.EnvMap) Context {
        return .{
            .request_id = variables.get("STEPLOOM_REQUEST_ID") orelse "",
            .function = variables.get("STEPLOOM_FUNCTION") orelse "",
            .version = number(variables.get("STEPLOOM_VERSION")),
            .account = variables.get("STEPLOOM_ACCOUNT") orelse "",
            .deadline = variables.get("STEPLOOM_DEADLINE") orelse "",
            .execution = variables.get("STEPLOOM_EXECUTION"),
            .state = variables.get("STEPLOOM_STATE"),
            .attempt = variables.get("STEPLOOM_ATTEMPT"),
            .retry = number(variables.get("STEPLOOM_RETRY")),
        };
    }

    fn number(text: ?[]const u8) u32 {
        return std.fmt.parseInt(u32, text orelse return 0, 10) catch 0;
    }
};

/// How grave a log line is.
pub const Level = std.log.Level;

/// Logs a message, with the members of a struct as fields: `steploom.log(.info, "sent", .{ .bytes = 12 })`.
/// A line that cannot be written is lost; the call goes on.
pub fn log(level: Level, message: []const u8, fields: anytype) void {
    var buffer: [1024]u8 = undefined;
    const stderr = std.debug.lockStderrWriter(&buffer);
    defer std.debug.unlockStderrWriter();
    writeLine(stderr, level, message, fields) catch {};
}

/// Writes a log line: one JSON object, then a line's end.
pub fn writeLine(writer: *std.Io.Writer, level: Level, message: []const u8, fields: anytype) !void {
    var json: std.json.Stringify = .{ .writer = writer };
    try json.beginObject();
    try json.objectField("level");
    try json.write(switch (level) {
        .err => "ERROR",
        .warn => "WARN",
        .info => "INFO",
        .debug => "DEBUG",
    });
    try json.objectField("message");
    try json.write(message);
    inline for (std.meta.fields(@TypeOf(fields))) |field| {
        try json.objectField(field.name);
        try json.write(@field(fields, field.name));
    }
    try json.endObject();
    try writer.writeByte('\n');
}

// Calls to the platform: none yet. What a function may ask of its host while it runs will stand here.

/// What a handler made of an event: the JSON of a result or, if it `failed`, of an error.
pub const Answer = struct {
    json: []const u8,
    failed: bool,
};

/// Calls the handler with an event's JSON, as the host does; for tests. `arena` is what the handler gets.
pub fn answer(comptime handler: anytype, arena: std.mem.Allocator, event: []const u8) Answer {
    var call: Call = .{ .arena = arena };
    const json = tryAnswer(handler, &call, event) catch |problem| {
        if (problem == error.OutOfMemory) outOfMemory();
        return .{ .json = errorJson(arena, @errorName(problem), call.message), .failed = true };
    };
    return .{ .json = json, .failed = false };
}

fn tryAnswer(comptime handler: anytype, call: *Call, event: []const u8) ![]const u8 {
    const parsed = try parse(EventOf(handler), call, event);
    const returned = handler(call, parsed);
    const result = if (@typeInfo(@TypeOf(returned)) == .error_union) try returned else returned;
    return std.json.Stringify.valueAlloc(call.arena, result, .{});
}

/// What the handler takes beside its call.
fn EventOf(comptime handler: anytype) type {
    const wanted = "a handler is a `fn (call: *steploom.Call, event: Event) !Result`";
    const parameters = @typeInfo(@TypeOf(handler)).@"fn".params;
    if (parameters.len != 2 or parameters[0].type != *Call) @compileError(wanted);
    return parameters[1].type orelse @compileError(wanted ++ " with one type of event");
}

/// Reads the event; what does not fit is the error `InvalidEvent`.
fn parse(comptime Event: type, call: *Call, event: []const u8) !Event {
    var scanner: std.json.Scanner = .initCompleteInput(call.arena, event);
    var at: std.json.Diagnostics = .{};
    scanner.enableDiagnostics(&at);
    return std.json.parseFromTokenSourceLeaky(Event, call.arena, &scanner, .{
        .ignore_unknown_fields = true,
        // What has no escapes stays where it is, in the event.
        .allocate = .alloc_if_needed,
    }) catch |problem| switch (problem) {
        error.OutOfMemory => error.OutOfMemory,
        else => call.fail(error.InvalidEvent, "the event is no {s}: {s} at line {d}, column {d}", .{
            @typeName(Event), @errorName(problem), at.getLine(), at.getColumn(),
        }),
    };
}

fn errorJson(arena: std.mem.Allocator, name: []const u8, message: []const u8) []const u8 {
    const object = .{ .errorType = name, .errorMessage = message };
    return std.json.Stringify.valueAlloc(arena, object, .{}) catch outOfMemory();
}

/// Ends the call: the host knows that memory was refused, and says `Function.OutOfMemory`.
fn outOfMemory() noreturn {
    @panic("out of memory");
}

/// In the length of an answer: it is an error.
const error_bit: u64 = 1 << 31;

/// Makes `handler` the function's handler: a `fn (call: *steploom.Call, event: Event) !Result`. Stands in
/// a `comptime` block, once in a module. Outside of WebAssembly it does nothing, so that tests can run.
pub fn serve(comptime handler: anytype) void {
    if (!builtin.cpu.arch.isWasm()) return;
    const host = struct {
        /// A place for an event of so many bytes.
        fn alloc(len: usize) callconv(.c) [*]u8 {
            const place = std.heap.wasm_allocator.alloc(u8, len) catch outOfMemory();
            return place.ptr;
        }

        /// Answers the event that was written there: the answer's place in the upper half, its length in
        /// the lower.
        fn handle(event: [*]const u8, len: usize) callconv(.c) u64 {
            var arena: std.heap.ArenaAllocator = .init(std.heap.wasm_allocator);
            const given = answer(handler, arena.allocator(), event[0..len]);
            const place: u64 = @intFromPtr(given.json.ptr);
            const bit = if (given.failed) error_bit else 0;
            return place << 32 | @min(given.json.len, error_bit - 1) | bit;
        }
    };
    @export(&host.alloc, .{ .name = "steploom_alloc" });
    @export(&host.handle, .{ .name = "steploom_handle" });
}
