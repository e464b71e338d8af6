use super::*;

#[derive(Debug)]
struct Outer(std::num::ParseIntError);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no number")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn any_error_becomes_one_with_its_sources() {
    let failing = || -> Result<u32, Error> { Ok("x".parse().map_err(Outer)?) };
    let error = failing().expect_err("x is no number");
    assert_eq!(error.name(), "Function.Failed");
    assert_eq!(error.message(), "no number: invalid digit found in string");
}

#[test]
fn it_says_its_name_and_message() {
    let error = Error::new("MissingName", "no name");
    assert_eq!(error.to_string(), "MissingName: no name");
}
