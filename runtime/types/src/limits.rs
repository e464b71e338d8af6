//! Every limit of the platform: its name, its unit (last in the name), its default and where the
//! number comes from. What an operator or a function's owner may change is a *default* here.

/// Characters in a name. AWS allows 64 for functions and 80 for machines; we take 80 for all.
pub const NAME_LENGTH_MAX: usize = 80;

/// Bytes of a state's input or output, a task's result, an execution's input (AWS: 256 KiB).
pub const PAYLOAD_BYTES_MAX: usize = 256 * 1024;

/// Bytes of a state's data, and of an execution's input, that a machine may ask for by `DataLimit`:
/// what one object holds several times over, and a node's memory many times.
pub const DATA_LIMIT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bytes of a payload's text that is a part of its fact or row; a larger one is an object of its
/// execution, which the fact or row names.
pub const INLINE_BYTES_MAX: usize = 64 * 1024;

/// Bytes of the body of a synchronous invocation, in and out (AWS Lambda: 6 MB).
pub const INVOKE_BODY_BYTES_MAX: usize = 6 * 1024 * 1024;

/// Bytes of a state machine's definition (AWS: 1 MiB).
pub const DEFINITION_BYTES_MAX: usize = 1024 * 1024;

/// States in a definition, over all its scopes.
pub const STATES_MAX: usize = 10_000;

/// Findings that are told about one definition (AWS: up to 100).
pub const DIAGNOSTICS_MAX: usize = 100;

/// Bytes of the place, and of the message, of one finding.
pub const DIAGNOSTIC_BYTES_MAX: usize = 4_096;

/// Seconds of a timeout, a heartbeat or a wait that are written out (AWS: 99,999,999).
pub const SECONDS_FIELD_MAX: u64 = 99_999_999;

/// Bytes of an uploaded module.
pub const MODULE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bytes of any other request's body, such as a batch or a machine's creation.
pub const REQUEST_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Bytes of a body whose signature covers it without its head telling its digest, so that it is read
/// before anything is known of its sender: what any route takes, and what stands around it.
pub const SIGNED_BODY_BYTES_MAX: usize = 96 * 1024 * 1024;

/// What one request that starts many executions may carry.
pub mod batch {
    /// Executions.
    pub const STARTS_MAX: usize = 5_000;
    /// Bytes of the whole request.
    pub const BYTES_MAX: usize = 32 * 1024 * 1024;
    /// Bytes of one execution's line or item: its input, and what stands around it.
    pub const START_BYTES_MAX: usize = super::PAYLOAD_BYTES_MAX + 16 * 1024;
}

/// Bytes of facts that wait for one shard's next commit before starts are told to come back later:
/// what a batch may bring, and well below the largest record.
pub const SHARD_PENDING_BYTES_MAX: usize = batch::BYTES_MAX;

/// Characters of the key under which executions run one after another, or so many at once.
pub const CONCURRENCY_KEY_LENGTH_MAX: usize = 128;

/// The largest limit on executions at once, of a machine or of a key.
pub const CONCURRENT_EXECUTIONS_MAX: u32 = 100_000;

/// Priorities of executions, from `-PRIORITY_MAX` to this.
pub const PRIORITY_MAX: i8 = 100;

/// Nesting of JSON values (serde_json stops at 128 as well).
pub const JSON_DEPTH_MAX: usize = 128;

/// Seconds that an execution may take: one year, as on AWS.
pub const EXECUTION_SECONDS_MAX: u64 = 365 * 24 * 3600;

/// What one EXPRESS execution may use, which is in memory for as long as it runs.
pub mod express {
    /// Seconds that it may take (AWS: 300).
    pub const SECONDS_MAX: u64 = 300;
    /// Facts of one: what it was answered, timers that fired, and times that it was let go on.
    pub const FACTS_MAX: u64 = 100_000;
    /// Bytes of its input and of all that it was answered.
    pub const BYTES_MAX: u64 = 64 * 1024 * 1024;
    /// Those that run on one node at once while somebody waits, and as many that nobody waits for: of the former
    /// more are refused, of the latter more wait.
    pub const RUNS_MAX: usize = 1_000;
    /// Bytes of one text of an event's details that its log has; the rest is cut off (AWS: 248 KiB).
    pub const LOGGED_TEXT_BYTES_MAX: usize = 64 * 1024;
    /// Milliseconds, and MiB, of which AWS bills whole ones.
    pub const BILLED_MS: u64 = 100;
    /// See [`BILLED_MS`].
    pub const BILLED_MIB: u64 = 64;
}

/// How often an execution may be redriven (AWS: 1,000).
pub const REDRIVES_MAX: u32 = 1_000;

/// Minutes in which a redrive with the token of the last one is that one (AWS: 15).
pub const REDRIVE_TOKEN_MINUTES: u32 = 15;

/// Characters of the token of a redrive (AWS: 64).
pub const CLIENT_TOKEN_LENGTH_MAX: usize = 64;

/// Characters of a trace header, all of them ASCII (AWS: 256).
pub const TRACE_HEADER_LENGTH_MAX: usize = 256;

/// State transitions for one fact, after which the interpreter asks to be continued, so that a
/// loop of pure states cannot hold a shard.
pub const TRANSITIONS_PER_FACT_MAX: u32 = 1_000;

/// Branches of a `Parallel`, and items of an inline `Map` in flight when the author set no
/// `MaxConcurrency` (AWS: up to 40).
pub const MAP_CONCURRENCY_DEFAULT: u32 = 40;

/// What one map run, a distributed `Map`, may use.
pub mod map_run {
    /// Iterations in flight when the author set no `MaxConcurrency` (AWS: 10,000).
    pub const CONCURRENCY_DEFAULT: u32 = 1_000;
    /// Iterations in flight at the most (AWS: 10,000).
    pub const CONCURRENCY_MAX: u32 = 10_000;
    /// Items that are asked for at once.
    pub const PAGE_ITEMS_MAX: u64 = 1_000;
    /// The largest `MaxItems` that is one; a larger number means all (AWS: 100 million).
    pub const ITEMS_MAX: u64 = 100_000_000;
    /// Bytes of results after which a file is written: what they may take of memory, twice.
    pub const RESULT_FILE_BYTES: usize = 4 * 1024 * 1024;
    /// Items of a page, where a map run has more than one page of them: each page becomes a *range*,
    /// an execution of its own. Fewer than these stay in the parent.
    pub const RANGE_ITEMS: u32 = 1_000;
    /// Items of a page of a long map run: pages grow with what has been read, so that ranges stay few.
    pub const RANGE_ITEMS_MAX: u64 = 4_000;
    /// Bytes of a page's text: what a range holds of items, besides what it makes of them.
    pub const PAGE_BYTES_MAX: usize = 1024 * 1024;
    /// Ranges of one map run in flight: twice the shards, so that each has something to do.
    pub const RANGES_MAX: u32 = 32;
    /// Iterations in flight that a range is worth; fewer than two such are left to the parent.
    pub const RANGE_WINDOW: u32 = 20;
    /// Map runs that an execution remembers after their end; the oldest are forgotten.
    pub const REMEMBERED_MAX: usize = 100;
}

/// Shards that the slots are spread over to begin with.
pub const SHARDS: u16 = 16;

/// Facts that wait for one shard's owner before callers are told to slow down.
pub const SHARD_QUEUE_MAX: usize = 16_384;

/// Executions with something that the projection does not have yet, over all shards of a process: each is
/// in memory until it has, so no more is taken on while there are so many.
pub const EXECUTIONS_AHEAD_MAX: usize = 100_000;

/// Bytes of journal that recovery has to replay at most, over all shards of a process.
pub const JOURNAL_TAIL_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Seconds after which a lease that was not renewed may be taken.
pub const LEASE_SECONDS: u32 = 5;

/// Seconds for which executions of a key wait for one that was given a place before them and is not
/// there yet: more than a start may take.
pub const PLACE_SECONDS: u32 = 60;

/// The largest weight of a machine among those that wait for permits.
pub const WEIGHT_MAX: u32 = 1_000;

/// Tags of one execution (AWS: 50), characters of a tag's key (AWS: 128) and of its value (AWS: 256).
pub const TAGS_MAX: usize = 50;
/// See [`TAGS_MAX`].
pub const TAG_KEY_LENGTH_MAX: usize = 128;
/// See [`TAGS_MAX`].
pub const TAG_VALUE_LENGTH_MAX: usize = 256;

/// States that are tested by themselves on one node at once.
pub const TEST_STATES_MAX: usize = 16;

/// Releases that a machine keeps (AWS: 1,000 versions).
pub const RELEASES_MAX: usize = 1_000;

/// Aliases of a machine (AWS: 100).
pub const ALIASES_MAX: usize = 100;

/// Characters of the description of a release or an alias (AWS: 256).
pub const DESCRIPTION_LENGTH_MAX: usize = 256;

/// ARNs of log groups of a machine, and the bytes of such an ARN or of a role's (AWS: 1 and 256).
pub const LOG_DESTINATIONS_MAX: usize = 5;
/// See [`LOG_DESTINATIONS_MAX`].
pub const ARN_BYTES_MAX: usize = 2_048;

/// What nodes ask of one another.
pub mod peer {
    /// Bytes of one request or answer: a batch of starts, or the largest input and the largest output
    /// of one execution.
    pub const BODY_BYTES_MAX: usize = 2 * super::DATA_LIMIT_BYTES_MAX + 32 * 1024 * 1024;
    /// Bytes of a request's head.
    pub const HEAD_BYTES_MAX: usize = 4 * 1024;
    /// Requests that one node has under way at another, those that wait for an end included; more
    /// of them wait their turn.
    pub const CALLS_MAX: usize = 4_096;
    /// Requests of other nodes that a node works on; more of them are refused, to be said again.
    pub const ANSWERS_MAX: usize = 16_384;
    /// Milliseconds that a call waits for a shard's owner to be known and to answer, before its
    /// caller is told to come back: as long as a hand-over takes.
    pub const PATIENCE_MS: u64 = 4_000;
    /// Milliseconds that one request waits for something to happen at another node, such as the end
    /// of an execution, before it is asked anew.
    pub const WAIT_MS_MAX: u64 = 20_000;
    /// Milliseconds by which the clocks of two nodes may differ, and for which a request is good.
    pub const AGE_MS_MAX: i64 = 30_000;
    /// Bytes of a secret that nodes share, at the least: it is not to be guessed.
    pub const SECRET_BYTES_MIN: usize = 16;
}

/// Days for which the name of a closed execution stays taken.
pub const NAME_WINDOW_DAYS: u32 = 1;

/// Schedules.
pub mod schedule {
    /// Characters of a description (AWS: 512).
    pub const DESCRIPTION_LENGTH_MAX: usize = 512;
    /// Seconds over which firings may be spread (AWS: 1,440 minutes).
    pub const JITTER_SECONDS_MAX: u32 = 86_400;
    /// Seconds by which a due time may fire late: a year.
    pub const CATCH_UP_SECONDS_MAX: u64 = 31_536_000;
    /// Tries after the first (AWS: 185).
    pub const ATTEMPTS_MAX: u32 = 185;
    /// Seconds after the due time in which a start is tried, at least and at most (AWS: 60 and 86,400).
    pub const AGE_SECONDS_MIN: u32 = 60;
    /// See [`AGE_SECONDS_MIN`].
    pub const AGE_SECONDS_MAX: u32 = 86_400;
    /// Due times of one schedule that wait for the end of what runs; more pass.
    pub const BUFFERED_MAX: usize = 1_000;
    /// Due times of one schedule whose start is tried again; one more is given up at once.
    pub const RETRIES_MAX: usize = 1_000;
    /// Executions of one schedule that are followed; the oldest are forgotten.
    pub const RUNNING_MAX: usize = 100;
    /// Ranges that are filled at once for one schedule.
    pub const BACKFILLS_MAX: usize = 10;
    /// Seconds of one range that is filled: ten years.
    pub const BACKFILL_SECONDS_MAX: u64 = 10 * 365 * 86_400;
    /// Due times of one schedule that fire before others have their turn.
    pub const FIRINGS_AT_ONCE: usize = 50;
    /// Firings that one preview tells.
    pub const PREVIEW_MAX: u32 = 100;
}

/// Results in one page of a list, and how many when the caller does not say.
pub const PAGE_SIZE_MAX: u32 = 1_000;
/// See [`PAGE_SIZE_MAX`].
pub const PAGE_SIZE_DEFAULT: u32 = 100;

/// Results in one page of a list of Lambda's, when the caller does not say (AWS: 50).
pub const LAMBDA_PAGE_SIZE_DEFAULT: u32 = 50;

/// Bytes of the body of a request to Lambda that carries a zip (AWS: 70,167,211).
pub const LAMBDA_REQUEST_BYTES_MAX: usize = 70_167_211;

/// Bytes of a zip with a module (AWS: 50 MiB when it is sent along).
pub const LAMBDA_ZIP_BYTES_MAX: usize = 50 * 1024 * 1024;

/// Files in a zip with a module.
pub const LAMBDA_ZIP_ENTRIES_MAX: usize = 10_000;

/// Bytes of the event of an invocation that nobody waits for (AWS: 256 KiB, 1 MiB of late).
pub const LAMBDA_EVENT_BYTES_MAX: usize = 256 * 1024;

/// Bytes of what is kept of a function for AWS's tools alone.
pub const LAMBDA_KEPT_BYTES_MAX: usize = 32 * 1024;

/// Bytes of the policies of a function, and of what else its callers keep with it.
pub const FUNCTION_KEPT_BYTES_MAX: usize = 256 * 1024;

/// Seconds that a worker waits for a task of an activity (AWS: 60).
pub const ACTIVITY_POLL_SECONDS_MAX: u64 = 60;

/// Workers that wait for tasks of one activity (AWS: 1,000).
pub const ACTIVITY_POLLERS_MAX: usize = 1_000;

/// Bytes of one object that is put into a bucket over the native API or by a task. Over S3: see
/// [`object`].
pub const OBJECT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bytes of an object's key (S3: 1,024).
pub const OBJECT_KEY_BYTES_MAX: usize = 1_024;

/// What objects in buckets may take that are put and read as streams.
pub mod object {
    /// Bytes that are put at once: an object, or a part of one (S3: 5 GiB).
    pub const PUT_BYTES_MAX: u64 = 5 * 1024 * 1024 * 1024;
    /// Bytes of the pieces in which a content is stored: what putting one holds in memory.
    pub const PIECE_BYTES: usize = 8 * 1024 * 1024;
    /// Pieces of one object, whose list is read at once: 781 GiB.
    pub const PIECES_MAX: usize = 100_000;
    /// Parts of an upload, and the largest number of one (S3: 10,000).
    pub const PARTS_MAX: u32 = 10_000;
    /// Bytes of a part that is not the last one, at the least (S3: 5 MiB).
    pub const PART_BYTES_MIN: u64 = 5 * 1024 * 1024;
    /// Bytes of what a writer says of an object: names and values of its metadata, as on S3.
    pub const METADATA_BYTES_MAX: usize = 2 * 1024;
    /// Bytes of the headers that an object is given back with, besides its metadata.
    pub const HEADERS_BYTES_MAX: usize = 8 * 1024;
    /// Days after which an upload that nobody finished is forgotten, with its parts.
    pub const UPLOAD_DAYS_MAX: u64 = 7;
    /// Objects that one request deletes (S3: 1,000).
    pub const DELETES_MAX: usize = 1_000;
    /// Bytes of a request's XML: the parts of an upload, or the keys to be deleted.
    pub const XML_BYTES_MAX: usize = 4 * 1024 * 1024;
}

/// What functions keep by key in stores.
pub mod keyvalue {
    /// Bytes of a key in UTF-8; it has one at least (DynamoDB: 1,024 of a sort key).
    pub const KEY_BYTES_MAX: usize = 1_024;
    /// Bytes of a value: a row of the database holds it.
    pub const VALUE_BYTES_MAX: usize = 1024 * 1024;
    /// Keys that are read, set or deleted at once.
    pub const BATCH_KEYS_MAX: usize = 1_000;
    /// Bytes of values that are read or set at once.
    pub const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;
}

/// Seconds that a task's call over HTTP may take in all (AWS: 60).
pub const HTTP_TASK_SECONDS_MAX: u64 = 60;

/// Bytes of the answer to a task's call over HTTP that are read.
pub const HTTP_TASK_BODY_BYTES_MAX: usize = PAYLOAD_BYTES_MAX;

/// What one function may use; each is a default that the function's owner can set.
pub mod function {
    /// Milliseconds of wall time of one invocation.
    pub const TIMEOUT_MS_DEFAULT: u64 = 30_000;
    /// The longest wall time that may be asked for (AWS Lambda: 900 s).
    pub const TIMEOUT_MS_MAX: u64 = 900_000;
    /// Bytes of linear memory of one instance.
    pub const MEMORY_BYTES_DEFAULT: u64 = 128 * 1024 * 1024;
    /// The most linear memory that may be asked for.
    pub const MEMORY_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
    /// Fuel of one invocation: about one unit a WebAssembly instruction, so some tens of seconds.
    pub const FUEL_DEFAULT: u64 = 50_000_000_000;
    /// The most fuel that may be asked for.
    pub const FUEL_MAX: u64 = 5_000_000_000_000;
    /// Elements of all tables of one instance.
    pub const TABLE_ELEMENTS_MAX: u64 = 100_000;
    /// How often an event is tried again that a function failed on (AWS: 2).
    pub const EVENT_RETRIES_MAX: u32 = 2;
    /// Seconds after which an event is not tried any more, at the least and at the most (AWS: the same).
    pub const EVENT_AGE_SECONDS_MIN: u32 = 60;
    /// See [`EVENT_AGE_SECONDS_MIN`].
    pub const EVENT_AGE_SECONDS_MAX: u32 = 6 * 3600;
    /// Bytes of a result: as much as a synchronous invocation may answer.
    pub const OUTPUT_BYTES_DEFAULT: u64 = super::INVOKE_BODY_BYTES_MAX as u64;
    /// The most output that may be asked for by a function of kind `http`, whose answers are passed on as they come.
    pub const STREAM_BYTES_MAX: u64 = 1024 * 1024 * 1024;
    /// Hosts, or kinds of hosts, that a function may call.
    pub const ALLOW_HOSTS_MAX: usize = 64;
    /// Grants of a function.
    pub const GRANTS_MAX: usize = 64;
    /// Functions in a chain in which each invokes the next: every one of them holds its sandbox while it waits.
    pub const INVOKE_DEPTH_MAX: u32 = 8;
    /// What one invocation may ask of the platform: each may be as much work as a request over the API.
    pub const ASKS_MAX: u32 = 10_000;
    /// Bytes of the line with which it asks, which says what is asked for.
    pub const ASK_LINE_BYTES_MAX: usize = 64 * 1024;
    /// Bytes of an object that it reads or writes so, whole and in memory. Whatever else it asks for, and is
    /// answered, may have [`INVOKE_BODY_BYTES_MAX`](super::INVOKE_BODY_BYTES_MAX).
    pub const ASK_OBJECT_BYTES_MAX: usize = 16 * 1024 * 1024;
    /// Requests that one invocation may make over HTTP.
    pub const OUTBOUND_REQUESTS_MAX: u32 = 100;
    /// Bytes that these may send in all, and bytes of what they are answered.
    pub const OUTBOUND_BYTES_MAX: u64 = 256 * 1024 * 1024;
    /// Bytes of logs kept of one invocation; what comes after is counted and dropped.
    pub const LOG_BYTES_DEFAULT: u64 = 256 * 1024;
    /// The most log that may be asked for.
    pub const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;
    /// Bytes in `/tmp` of one invocation.
    pub const DISK_BYTES_DEFAULT: u64 = 64 * 1024 * 1024;
    /// The most scratch disk that may be asked for.
    pub const DISK_BYTES_MAX: u64 = 10 * 1024 * 1024 * 1024;
    /// Variables in a function's environment, and bytes of them all (AWS Lambda: 4 KiB).
    pub const ENVIRONMENT_BYTES_MAX: usize = 4 * 1024;
    /// Bytes of the JSON object by which a function names its error: as many as a cause has on AWS.
    pub const ERROR_OBJECT_BYTES_MAX: usize = 32 * 1024;
    /// The largest limit on attempts of one function at once.
    pub const CONCURRENCY_MAX: u32 = 100_000;
    /// Calls that an instance of a program serves, where it serves more than one.
    pub const REUSE_USES_DEFAULT: u32 = 1_000;
    /// The most calls that may be asked for.
    pub const REUSE_USES_MAX: u32 = 1_000_000;
    /// Seconds for which it does.
    pub const REUSE_SECONDS_DEFAULT: u32 = 300;
    /// The most seconds that may be asked for.
    pub const REUSE_SECONDS_MAX: u32 = 86_400;
    /// Calls of host functions in one invocation.
    pub const HOST_CALLS_MAX: u64 = 10_000_000;
}

/// What a program in a language that has a runtime may consist of, and what loading it may use.
pub mod package {
    /// Files.
    pub const FILES_MAX: usize = 2_000;
    /// Bytes of all files, unpacked.
    pub const BYTES_MAX: usize = 16 * 1024 * 1024;
    /// Milliseconds of wall time in which it is loaded.
    pub const LOAD_MS_MAX: u64 = 60_000;
}

/// What compiling one module may use, in its own process.
pub mod compile {
    /// Seconds of CPU.
    pub const CPU_SECONDS_MAX: u64 = 120;
    /// Seconds of wall time.
    pub const WALL_SECONDS_MAX: u64 = 180;
    /// The same for the code of a language's runtime, which is large, and the operator's own.
    pub const RUNTIME_CPU_SECONDS_MAX: u64 = 600;
    /// See [`RUNTIME_CPU_SECONDS_MAX`].
    pub const RUNTIME_WALL_SECONDS_MAX: u64 = 1_800;
    /// Bytes of address space.
    pub const MEMORY_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
    /// Functions in a module.
    pub const FUNCTIONS_MAX: u32 = 100_000;
    /// Bytes of one function's body.
    pub const FUNCTION_BYTES_MAX: u32 = 7_654_321;
    /// Data segments in a module.
    pub const DATA_SEGMENTS_MAX: u32 = 100_000;
}

/// What one JSONPath expression of a definition, and one evaluation, may use.
pub mod expression {
    /// Bytes of a path or of a call of an intrinsic function.
    pub const TEXT_BYTES_MAX: usize = 10_000;
    /// Steps of a path: JSON is not nested deeper, so more can lead nowhere.
    pub const PATH_STEPS_MAX: usize = super::JSON_DEPTH_MAX;
    /// Values that the wildcards, filters and `..` of a path may visit: with several `..`, what is
    /// visited grows with a power of the nesting.
    pub const PATH_VISITS_MAX: usize = 4_000_000;
    /// Bytes of the filter of a path: it runs once for each element.
    pub const FILTER_BYTES_MAX: usize = 1_000;
    /// Parentheses and negations nested in a filter: its parser is recursive.
    pub const FILTER_DEPTH_MAX: usize = 16;
    /// Intrinsic functions nested in one another (AWS: 10).
    pub const CALL_DEPTH_MAX: usize = 10;
    /// Items that `States.ArrayRange` makes (AWS: 1,000).
    pub const RANGE_ITEMS_MAX: usize = 1_000;
    /// Characters that are hashed, or coded in Base64 (AWS: 10,000).
    pub const CODED_CHARS_MAX: usize = 10_000;
    /// Milliseconds that one evaluation of JSONata may take.
    pub const EVALUATION_MS_MAX: u32 = 1_000;
    /// Bytes, about, of all that one evaluation makes: room for the largest payload that can be
    /// configured, while a template that repeats its input cannot fill the memory.
    pub const EVALUATED_BYTES_MAX: usize = 8 * 1024 * 1024;
}

/// What one JSONata expression of a definition (a query), and one evaluation, may use.
pub mod query {
    /// Bytes of a query, with its `{%` and `%}`.
    pub const TEXT_BYTES_MAX: usize = 32 * 1024;
    /// Brackets of a query nested in one another: its parser is recursive, and what is nested
    /// deeper cannot be evaluated within [`DEPTH_MAX`].
    pub const BRACKETS_MAX: usize = 100;
    /// Milliseconds of wall time that an evaluation may take.
    pub const MILLIS_DEFAULT: u64 = 1_000;
    /// Expressions being evaluated within one another (AWS: about 100).
    pub const DEPTH_MAX: usize = 100;
    /// Items of one sequence (AWS: 873,782 numbers are let through, 873,783 are not).
    pub const ITEMS_MAX: usize = 873_782;
    /// Bytes, about, that an evaluation may hold at once, and that its result may have (AWS: 6,990,256).
    pub const BYTES_MAX: usize = 6_990_256;
    /// Values that an evaluation may look at in all, to see how large what it holds is.
    pub const VISITS_MAX: usize = 64_000_000;
    /// Sequences as long as [`ITEMS_MAX`] whose items an evaluation may make in all, as members of
    /// arrays or objects of any length.
    pub const MADE_SEQUENCES_MAX: usize = 10;
    /// Bytes of long texts that an evaluation may keep at once: room for what it drops again.
    pub const LIVE_TEXT_BYTES_MAX: usize = 64 * 1024 * 1024;
    /// Bytes of a text that is split or matched: each byte may become a text, or an object.
    pub const SUBJECT_BYTES_MAX: usize = 512 * 1024;
    /// Bytes of a picture, and of a text that is read by one: they are gone through more than once.
    pub const PICTURE_BYTES_MAX: usize = 1_000;
    /// Values in what is transformed, times the objects that a transform (`|...|...|`) is to change:
    /// each is compared with each.
    pub const COMPARISONS_MAX: usize = 100_000_000;
    /// Queries in one payload, or one definition's field.
    pub const PAYLOAD_QUERIES_MAX: usize = 10_000;
}

/// What variables may take.
pub mod variables {
    /// Bytes of the value of one variable (AWS: 256 KiB).
    pub const VARIABLE_BYTES_MAX: usize = 256 * 1024;
    /// Bytes of all values that one `Assign` sets (AWS: 256 KiB).
    pub const ASSIGN_BYTES_MAX: usize = 256 * 1024;
    /// Bytes of all variables of an execution, those of its open scopes together (AWS: 10 MiB).
    pub const EXECUTION_BYTES_MAX: usize = 10 * 1024 * 1024;
}

/// What the order of a `Map`'s items, by `ItemId` and `After`, may use.
pub mod order {
    /// Items: as many as a distributed `Map` may have (AWS: 100,000,000).
    pub const NODES_MAX: usize = 100_000_000;
    /// Ids that all items together come after; 8 bytes each while the order is built.
    pub const EDGES_MAX: usize = 200_000_000;
    /// Bytes of one id, so that its length is one byte.
    pub const ID_BYTES_MAX: usize = 255;
    /// Bytes of all ids, which are kept while the order is built.
    pub const IDS_BYTES_MAX: usize = 2 * 1024 * 1024 * 1024;
    /// Items whose ids are read by paths in one transition, so that a large order does not hold a
    /// shard. Part of what facts mean, as it decides when the interpreter asks to be continued.
    pub const NODES_PER_TRANSITION: u32 = 100;
    /// The same where ids are read by queries, which take longer.
    pub const QUERIED_NODES_PER_TRANSITION: u32 = 10;
}

/// The archive of closed executions in object storage.
pub mod archive {
    /// Executions of one segment: what is known of all of them is in memory while one is searched.
    pub const SEGMENT_ROWS_MAX: usize = 50_000;
    /// Bytes of one segment, compressed, after which another begins.
    pub const SEGMENT_BYTES: usize = 64 * 1024 * 1024;
    /// Bytes of executions that are compressed together: what reading one of them costs.
    pub const BLOCK_BYTES: usize = 256 * 1024;
    /// Segments whose executions are kept in memory once they were searched.
    pub const SEGMENTS_CACHED_MAX: usize = 4;
    /// Segments that are searched for one page of a list, or for one name.
    pub const SEGMENTS_SEARCHED_MAX: usize = 100;
    /// Hours after which closed executions leave the database. More than a name stays taken.
    pub const AFTER_HOURS_DEFAULT: u32 = 25;
    /// Days for which closed executions are kept, if their machine does not say (AWS: 90).
    pub const RETENTION_DAYS_DEFAULT: u32 = 90;
    /// The most days that may be asked for: a hundred years.
    pub const RETENTION_DAYS_MAX: u32 = 36_500;
}
