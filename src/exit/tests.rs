use super::*;

const ALL: [Exit; 8] = [
    Exit::Ok,
    Exit::Failed,
    Exit::Usage,
    Exit::NotFound,
    Exit::Refused,
    Exit::Unreachable,
    Exit::TryAgain,
    Exit::Interrupted,
];

#[test]
fn the_help_lists_every_code_once() {
    let listed: Vec<u8> = HELP
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(listed, ALL.map(Exit::code));
}

#[test]
fn an_http_status_tells_what_a_script_should_do() {
    for (status, exit) in [
        (400, Exit::Refused),
        (403, Exit::Refused),
        (404, Exit::NotFound),
        (409, Exit::Refused),
        (413, Exit::Refused),
        (429, Exit::TryAgain),
        (500, Exit::Unreachable),
        (502, Exit::Unreachable),
        (503, Exit::TryAgain),
    ] {
        assert_eq!(Exit::of_status(status), exit, "{status}");
    }
}
