//! `zig build` makes zig-out/bin/digest.wasm, `zig build test` runs the tests on this computer.

const std = @import("std");

pub fn build(b: *std.Build) void {
    const wasi = b.resolveTargetQuery(.{ .cpu_arch = .wasm32, .os_tag = .wasi });
    const function = b.addExecutable(.{
        .name = "digest",
        .root_module = handler(b, wasi, .ReleaseFast),
    });
    // The host calls what the function exports; there is no main.
    function.entry = .disabled;
    function.wasi_exec_model = .reactor;
    function.rdynamic = true;
    // By default it would be 16 MiB of every call's memory. A call that needs more traps.
    function.stack_size = 256 * 1024;
    b.installArtifact(function);

    const tests = b.addTest(.{ .root_module = handler(b, b.graph.host, .Debug) });
    b.step("test", "Run the tests").dependOn(&b.addRunArtifact(tests).step);
}

fn handler(b: *std.Build, target: std.Build.ResolvedTarget, optimize: std.builtin.OptimizeMode) *std.Build.Module {
    const module = b.createModule(.{
        .root_source_file = b.path("src/handler.zig"),
        .target = target,
        .optimize = optimize,
        .strip = optimize != .Debug,
        // The C library finds files by their paths in volumes.
        .link_libc = true,
    });
    module.addAnonymousImport("steploom", .{ .root_source_file = b.path("../../sdk/zig/function/steploom.zig") });
    return module;
}
