use clap::CommandFactory as _;

use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(line.split_whitespace())
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn what_the_documentation_shows_can_be_typed() {
    for line in [
        "steploom up --data /tmp/d --listen 0.0.0.0:80 --volume input=./x --log-format json",
        "steploom deploy count.wasm --name c --timeout-ms 500 --memory 128MiB --fuel 1_000_000 --disk 64MiB",
        "steploom deploy count.wasm --env A=1 --env B=2 --volume input=/input",
        "steploom invoke count {} --qualifier 3 --logs",
        "steploom invoke count -",
        "steploom invoke count --event-file event.json --async",
        "steploom machine validate x.asl.json --strict --json",
        "steploom machine graph x.asl.yaml --format mermaid -o x.mmd",
        "steploom machine simulate x.asl.json --input {} --mock m.json#Happy",
        "steploom machine simulate x.asl.json --mock m.json --test-case Happy --json",
        "steploom machine test-state x.asl.json --state A --input {} --inspection-level DEBUG --mock {}",
        "steploom machine show word-count",
        "steploom function versions count --json",
        "steploom start word-count --name monday --input {} --wait",
        "steploom start word-count --input-file - --follow",
        "steploom start word-count --batch starts.ndjson --machine-version 2",
        "steploom status word-count/monday",
        "steploom history beef018b-cfe5-687b-0123-456789abcdef --follow",
        "steploom stop word-count/monday --error E --cause C",
        "steploom pause word-count/monday",
        "steploom schedule create tick @daily --machine report --zone Europe/Berlin --overlap buffer-one --jitter 15m",
        "steploom schedule create tick @daily --function ping --firings 3 --delete-after --group reports",
        "steploom schedule backfill tick --from 2026-03-01T00:00:00Z --to 2026-03-08T00:00:00Z --overlap skip",
        "steploom schedule next tick --count 5 --json",
        "steploom schedule list --state disabled --group reports",
        "steploom schedule group create reports --tag team=billing",
        "steploom kv get sessions ada",
        "steploom kv set sessions n -5",
        "steploom kv set sessions ada --file -",
        "steploom kv increment sessions n --by -2 --json",
        "steploom kv list sessions --prefix a --after b --limit 10",
        "steploom kv delete sessions ada",
        "steploom resume word-count/monday",
        "steploom redrive word-count/monday --input {} --version 2",
        "steploom redrive word-count/monday --skip null",
        "steploom release word-count/monday",
        "steploom list",
        "steploom list functions --limit 10",
        "steploom list executions --machine word-count --status failed",
        "steploom list --tag a=b --error E --since 2h --until 2026-07-01T00:00:00Z --name-prefix x",
        "steploom list counts --machine word-count",
        "steploom machine retention word-count --days 30 --executions 1000",
        "steploom machine retention word-count --reset",
        "steploom machine share word-count --weight 3",
        "steploom machine publish word-count --description T --revision INITIAL",
        "steploom machine releases word-count --json",
        "steploom machine release show word-count 3",
        "steploom machine release delete word-count 2",
        "steploom machine alias set word-count prod 3",
        "steploom machine alias set word-count prod 3=90 4=10 --description D",
        "steploom machine alias list word-count",
        "steploom machine alias show word-count prod",
        "steploom machine alias delete word-count prod",
        "steploom machine settings word-count --role arn:r --log-level ERROR --log-data",
        "steploom machine settings word-count --log-data=false --tracing --reset",
        "steploom machine tag word-count a=1 b=2 --remove c --remove d",
        "steploom activity tag approve a=1",
        "steploom machine definition word-count --version 2",
        "steploom deploy x.asl.json --type EXPRESS",
        "steploom start word-count:prod",
        "steploom start word-count --qualifier 3 --wait",
        "steploom list --machine word-count --qualifier prod",
        "steploom up --archive-after-hours 48 --keep-days 7 --keep-executions 1000",
        "steploom logs count --request-id r --since 1h --follow",
        "steploom --endpoint http://h:1 --json list machines",
        "steploom completions bash",
        "steploom demo --keep --input /src",
    ] {
        if let Err(error) = parse(line) {
            panic!("{line}\n{error}");
        }
    }
}

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    for line in [
        "steploom invoke",
        "steploom invoke count {} --event-file e.json",
        "steploom invoke ../count",
        "steploom start m --wait --follow",
        "steploom start m --input {} --input-file f",
        "steploom start m --batch f --name n",
        "steploom status monday",
        "steploom deploy x.wasm --memory lots",
        "steploom deploy x.wasm --volume input=relative",
        "steploom logs count --since yesterday",
        "steploom list widgets",
        "steploom list --qualifier prod",
        "steploom start m --qualifier prod --machine-version 2",
        "steploom start m:",
        "steploom machine alias set m prod 1 2 3",
        "steploom machine alias set m prod 1=101",
        "steploom machine release delete m one",
        "steploom machine settings m --log-level loud",
        "steploom deploy x.asl.json --type fast",
    ] {
        let error = parse(line).expect_err(line);
        assert_eq!(
            i32::from(exit::Exit::Usage.code()),
            error.exit_code(),
            "{line}"
        );
    }
}
