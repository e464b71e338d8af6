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
    /// What `fail` was told, or a call back that failed.
    message: []const u8 = "",
    /// The name of what a call back failed with, where that is `error.CallFailed`.
    code: []const u8 = "",

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

/// Why a call back, `invoke` and what follows it, gives nothing: with `CallFailed` the call has the `code` and the
/// `message`, and they are the function's error if the handler returns it. What its owner has not granted
/// (`steploom deploy --grant invoke=resize`) is the code `AccessDenied`; outside of WebAssembly, as in tests, it
/// is `NoPlatform`.
pub const CallError = error{ CallFailed, OutOfMemory };

/// Invokes a function and waits for its result, or its error. 6 MiB each at most. Grant: `invoke=FUNCTION`.
pub fn invoke(call: *Call, comptime Result: type, function: []const u8, event: anytype) CallError!Result {
    const reply = try ask(call, struct {}, .{ .op = "invoke", .function = function }, try written(call, event));
    return read(call, Result, reply.body);
}

/// Starts an execution, which goes on by itself, and gives its id. While one of that name runs, the same name and
/// input give the same id. Grant: `start=MACHINE`.
pub fn start(call: *Call, machine: []const u8, input: anytype, name: ?[]const u8) CallError![]const u8 {
    const line = .{ .op = "start", .machine = machine, .name = name };
    const Started = struct { id: []const u8 };
    return (try ask(call, Started, line, try written(call, input))).said.id;
}

/// Ends the task that waits for this token, with its output. Grant: `tasks`.
pub fn succeed(call: *Call, token: []const u8, output: anytype) CallError!void {
    _ = try ask(call, struct {}, .{ .op = "succeed", .token = token }, try written(call, output));
}

/// Ends it badly: `name` is what `Retry` and `Catch` match. Grant: `tasks`.
pub fn fail(call: *Call, token: []const u8, name: []const u8, cause: []const u8) CallError!void {
    _ = try ask(call, struct {}, .{ .op = "fail", .token = token, .@"error" = name, .cause = cause }, "");
}

/// Says that it is still being worked on. Grant: `tasks`.
pub fn heartbeat(call: *Call, token: []const u8) CallError!void {
    _ = try ask(call, struct {}, .{ .op = "heartbeat", .token = token }, "");
}

/// A variable of the function's own (`deploy --env`); null where it has none. Grant: `config`.
pub fn config(call: *Call, key: []const u8) CallError!?[]const u8 {
    const Found = struct { value: ?[]const u8 = null };
    return (try ask(call, Found, .{ .op = "config", .key = key }, "")).said.value;
}

/// How much fuel is left to this call; about one goes with each instruction. Needs no grant. Outside of WebAssembly
/// nobody counts: the largest number there is.
pub fn fuel() u64 {
    return if (comptime has_platform) @intCast(platform.fuel()) else std.math.maxInt(u64);
}

/// A page of keys, in their order.
pub const Keys = struct {
    keys: []const []const u8,
    /// What the next page is asked for `after`; null behind the last page.
    next: ?[]const u8 = null,
};

/// Objects of a bucket: bytes under a key, 16 MiB at most. Grant: `objects=BUCKET`.
pub const objects = struct {
    pub const Object = struct {
        body: []const u8,
        /// What it is, if somebody said so: `image/png`.
        content_type: ?[]const u8 = null,
    };

    /// One that is not there is a `CallFailed`.
    pub fn read(call: *Call, bucket: []const u8, key: []const u8) CallError!Object {
        const Head = struct { contentType: ?[]const u8 = null };
        const reply = try ask(call, Head, .{ .op = "read", .bucket = bucket, .key = key }, "");
        return .{ .body = reply.body, .content_type = reply.said.contentType };
    }

    /// One that is there is replaced.
    pub fn write(call: *Call, bucket: []const u8, key: []const u8, object: Object) CallError!void {
        const line = .{ .op = "write", .bucket = bucket, .key = key, .contentType = object.content_type };
        _ = try ask(call, struct {}, line, object.body);
    }

    /// There may be none.
    pub fn remove(call: *Call, bucket: []const u8, key: []const u8) CallError!void {
        _ = try ask(call, struct {}, .{ .op = "remove", .bucket = bucket, .key = key }, "");
    }

    /// A page of the keys that begin with `prefix`, from the first one or, for the next page, behind `after`.
    pub fn list(call: *Call, bucket: []const u8, prefix: []const u8, after: ?[]const u8) CallError!Keys {
        const line = .{ .op = "list", .bucket = bucket, .prefix = prefix, .after = after };
        return (try ask(call, Keys, line, "")).said;
    }
};

/// Values of a store, by keys. Grant: `keyvalue=STORE`.
pub const keyvalue = struct {
    /// Null where the key has none.
    pub fn get(call: *Call, store: []const u8, key: []const u8) CallError!?[]const u8 {
        const reply = ask(call, struct {}, .{ .op = "get", .store = store, .key = key }, "") catch |problem| {
            return if (std.mem.eql(u8, call.code, "KeyNotFound")) null else problem;
        };
        return reply.body;
    }

    pub fn set(call: *Call, store: []const u8, key: []const u8, value: []const u8) CallError!void {
        _ = try ask(call, struct {}, .{ .op = "set", .store = store, .key = key }, value);
    }

    /// Deletes a key; there may be none.
    pub fn delete(call: *Call, store: []const u8, key: []const u8) CallError!void {
        _ = try ask(call, struct {}, .{ .op = "delete", .store = store, .key = key }, "");
    }

    /// Adds to the whole number that a key has, 0 if it has none, and gives the sum; nobody comes in between.
    pub fn increment(call: *Call, store: []const u8, key: []const u8, by: i64) CallError!i64 {
        const Sum = struct { value: i64 };
        return (try ask(call, Sum, .{ .op = "increment", .store = store, .key = key, .by = by }, "")).said.value;
    }

    /// A page of keys, as of `objects.list`.
    pub fn keys(call: *Call, store: []const u8, prefix: []const u8, after: ?[]const u8) CallError!Keys {
        const line = .{ .op = "keys", .store = store, .prefix = prefix, .after = after };
        return (try ask(call, Keys, line, "")).said;
    }
};

const has_platform = builtin.cpu.arch.isWasm();

/// What the host offers. A function that makes no calls back has none of these among its imports.
const platform = struct {
    /// Does what the request asks for, and gives the answer's length.
    extern "steploom" fn call(request: [*]const u8, len: usize) usize;
    /// Writes the answer there.
    extern "steploom" fn take(to: [*]u8) void;
    extern "steploom" fn fuel() i64;
};

/// What an answer's line says, and its body.
fn Reply(comptime T: type) type {
    return struct { said: T, body: []const u8 };
}

/// Asks for something: a line of JSON, then bytes as they are. What is null is left out.
fn ask(call: *Call, comptime T: type, line: anytype, body: []const u8) CallError!Reply(T) {
    if (comptime !has_platform) {
        return refuse(call, "NoPlatform", "there is no platform here: calls back are answered where Steploom runs the function");
    }
    const said = try std.json.Stringify.valueAlloc(call.arena, line, .{ .emit_null_optional_fields = false });
    const request = try std.mem.concat(call.arena, u8, &.{ said, "\n", body });
    const place = try call.arena.alloc(u8, platform.call(request.ptr, request.len));
    platform.take(place.ptr);
    return open(call, T, place);
}

/// Takes an answer apart.
fn open(call: *Call, comptime T: type, given: []const u8) CallError!Reply(T) {
    const Refusal = struct { code: []const u8, message: []const u8 };
    const Line = struct { ok: ?T = null, @"error": ?Refusal = null };
    const end = std.mem.indexOfScalar(u8, given, '\n') orelse given.len;
    const line = try read(call, Line, given[0..end]);
    if (line.@"error") |refusal| return refuse(call, refusal.code, refusal.message);
    const said = line.ok orelse return refuse(call, "InvalidAnswer", "the answer says nothing");
    return .{ .said = said, .body = given[@min(end + 1, given.len)..] };
}

fn refuse(call: *Call, code: []const u8, message: []const u8) error{CallFailed} {
    call.code = code;
    call.message = message;
    return error.CallFailed;
}

fn written(call: *Call, value: anytype) error{OutOfMemory}![]const u8 {
    return std.json.Stringify.valueAlloc(call.arena, value, .{});
}

fn read(call: *Call, comptime T: type, json: []const u8) CallError!T {
    return std.json.parseFromSliceLeaky(T, call.arena, json, .{ .ignore_unknown_fields = true }) catch |problem| switch (problem) {
        error.OutOfMemory => error.OutOfMemory,
        else => refuse(call, "InvalidAnswer", "the answer is no " ++ @typeName(T)),
    };
}

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
        const name = if (isCallFailed(problem)) call.code else @errorName(problem);
        return .{ .json = errorJson(arena, name, call.message), .failed = true };
    };
    return .{ .json = json, .failed = false };
}

fn isCallFailed(problem: anyerror) bool {
    return problem == error.CallFailed;
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
        /// What most calls need stands in the module's own memory: to make that larger costs each call more
        /// than a short handler takes.
        var room: std.heap.StackFallbackAllocator(128 * 1024) = undefined;
        var memory: ?std.mem.Allocator = null;

        fn allocator() std.mem.Allocator {
            if (memory == null) {
                room.fallback_allocator = std.heap.wasm_allocator;
                if (std.debug.runtime_safety) room.get_called = false;
                memory = room.get();
            }
            return memory.?;
        }

        /// A place for an event of so many bytes.
        fn alloc(len: usize) callconv(.c) [*]u8 {
            const place = allocator().alloc(u8, len) catch outOfMemory();
            return place.ptr;
        }

        /// Answers the event that was written there: the answer's place in the upper half, its length in
        /// the lower.
        fn handle(event: [*]const u8, len: usize) callconv(.c) u64 {
            var arena: std.heap.ArenaAllocator = .init(allocator());
            const given = answer(handler, arena.allocator(), event[0..len]);
            const place: u64 = @intFromPtr(given.json.ptr);
            const bit = if (given.failed) error_bit else 0;
            return place << 32 | @min(given.json.len, error_bit - 1) | bit;
        }
    };
    @export(&host.alloc, .{ .name = "steploom_alloc" });
    @export(&host.handle, .{ .name = "steploom_handle" });
}
