/* A disk that fails, or that loses what was not forced to it: preloaded into the program (LD_PRELOAD), it sees every
 * write to files below STEPLOOM_DISK_ROOT.
 *
 * STEPLOOM_DISK_UNDO=FILE   keeps there what each write has overwritten, so that whoever has killed the process can take
 *                           back what no fsync or fdatasync had forced: a loss of power.
 * STEPLOOM_DISK_FAIL=N      the N-th write, truncation, fsync, fdatasync or rename fails with EIO, counted from when the
 *                           file STEPLOOM_DISK_ARMED is there; that is removed when it has failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* What the undo file consists of; the bytes that were there follow. Numbers are the machine's. */
struct record {
    uint64_t kind; /* 1: written or truncated, 2: forced */
    uint64_t inode;
    uint64_t born; /* when the file was made: inodes are used again */
    uint64_t offset; /* where; forced: all records that begin before this place of the undo file are on the disk */
    uint64_t length; /* bytes that were there, and follow */
    uint64_t size;   /* of the file, before */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *armed;
static int undo = -1;
static uint64_t logged;
static long failing;

static void begin(void) {
    root = getenv("STEPLOOM_DISK_ROOT");
    armed = getenv("STEPLOOM_DISK_ARMED");
    const char *fail = getenv("STEPLOOM_DISK_FAIL");
    failing = fail ? atol(fail) : 0;
    const char *path = getenv("STEPLOOM_DISK_UNDO");
    if (path) undo = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    struct stat status;
    if (undo >= 0 && fstat(undo, &status) == 0) logged = status.st_size;
}

static void ready(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, begin);
}

/* Gives the lock back, with what a call has answered. */
static long unlock(long done) {
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

/* Whether a file is one of those that are watched. */
static int is_watched(int file) {
    ready();
    if (!root) return 0;
    char name[64], path[PATH_MAX];
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return strncmp(path, root, strlen(root)) == 0 && !strstr(path, "-shm");
}

/* Whether this call is the one that fails. */
static int fails(void) {
    if (!failing || !armed || access(armed, F_OK) != 0) return 0;
    pthread_mutex_lock(&lock);
    int now = failing > 0 && --failing == 0;
    if (now) syscall(SYS_unlinkat, AT_FDCWD, armed, 0);
    if (now) errno = EIO;
    return unlock(now);
}

static void put(const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t written = syscall(SYS_write, undo, at, length);
        if (written <= 0) abort();
        at += written;
        length -= written;
        logged += written;
    }
}

static uint64_t born(int file) {
    struct statx status;
    if (statx(file, "", AT_EMPTY_PATH, STATX_BTIME, &status) != 0) return 0;
    return status.stx_btime.tv_sec * 1000000000ull + status.stx_btime.tv_nsec;
}

/* Keeps what is in a range of a file, and how long it is. */
static void keep(int file, uint64_t offset, uint64_t length) {
    struct stat status;
    if (undo < 0 || fstat(file, &status) != 0) return;
    uint64_t size = status.st_size;
    uint64_t there = offset < size ? size - offset : 0;
    if (there > length) there = length;
    char *bytes = malloc(there + 1);
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    /* The file may be open for writing only. */
    int reader = there ? syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC) : -1;
    uint64_t got = 0;
    while (reader >= 0 && got < there) {
        ssize_t more = syscall(SYS_pread64, reader, bytes + got, there - got, offset + got);
        if (more <= 0) break;
        got += more;
    }
    if (reader >= 0) syscall(SYS_close, reader);
    struct record record = {1, status.st_ino, born(file), offset, got, size};
    put(&record, sizeof record);
    put(bytes, got);
    free(bytes);
}

/* Where the next write to a file goes that does not say. */
static uint64_t place(int file) {
    int flags = fcntl(file, F_GETFL);
    struct stat status;
    if (flags >= 0 && (flags & O_APPEND) && fstat(file, &status) == 0) return status.st_size;
    off_t at = syscall(SYS_lseek, file, 0, SEEK_CUR);
    return at < 0 ? 0 : at;
}

ssize_t write(int file, const void *bytes, size_t length) {
    if (!is_watched(file)) return syscall(SYS_write, file, bytes, length);
    if (fails()) return -1;
    pthread_mutex_lock(&lock);
    keep(file, place(file), length);
    return unlock(syscall(SYS_write, file, bytes, length));
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    if (!is_watched(file)) return syscall(SYS_writev, file, parts, count);
    if (fails()) return -1;
    size_t length = 0;
    for (int at = 0; at < count; at++) length += parts[at].iov_len;
    pthread_mutex_lock(&lock);
    keep(file, place(file), length);
    return unlock(syscall(SYS_writev, file, parts, count));
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
    if (!is_watched(file)) return syscall(SYS_pwrite64, file, bytes, length, offset);
    if (fails()) return -1;
    pthread_mutex_lock(&lock);
    keep(file, offset, length);
    return unlock(syscall(SYS_pwrite64, file, bytes, length, offset));
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    return pwrite64(file, bytes, length, offset);
}

int ftruncate64(int file, off64_t size) {
    if (!is_watched(file)) return syscall(SYS_ftruncate, file, size);
    if (fails()) return -1;
    pthread_mutex_lock(&lock);
    keep(file, size, UINT64_MAX);
    return unlock(syscall(SYS_ftruncate, file, size));
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

static int force(int file, long call) {
    if (!is_watched(file)) return syscall(call, file);
    if (fails()) return -1;
    pthread_mutex_lock(&lock);
    uint64_t before = logged;
    pthread_mutex_unlock(&lock);
    int done = syscall(call, file);
    int error = errno;
    struct stat status;
    if (done == 0 && undo >= 0 && fstat(file, &status) == 0) {
        struct record record = {2, status.st_ino, born(file), before, 0, 0};
        pthread_mutex_lock(&lock);
        put(&record, sizeof record);
        pthread_mutex_unlock(&lock);
    }
    errno = error;
    return done;
}

int fsync(int file) { return force(file, SYS_fsync); }

int fdatasync(int file) { return force(file, SYS_fdatasync); }

int rename(const char *from, const char *to) {
    ready();
    if (root && strncmp(to, root, strlen(root)) == 0 && fails()) return -1;
    return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}
