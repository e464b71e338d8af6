use super::*;

#[test]
fn every_version_opens_for_ever() {
    let first = Bytes::from_static(b"\x01\x3c\x4e\xcd\xedsteploom");
    assert_eq!(open(b"anything", &first).unwrap(), "steploom");
    let second = Bytes::from_static(b"\x02\x12\x6e\xce\x8bsteploom");
    assert_eq!(seal(b"about", b"steploom"), second);
    assert_eq!(open(b"about", &second).unwrap(), "steploom");
}

#[test]
fn every_flipped_bit_is_found() {
    let sealed = seal(b"about", b"a fact");
    for bit in 0..sealed.len() * 8 {
        let mut bytes = sealed.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(open(b"about", &bytes.into()).is_err(), "bit {bit}");
    }
}

#[test]
fn bytes_in_another_place_are_found() {
    assert!(open(b"aboux", &seal(b"about", b"a fact")).is_err());
}

#[test]
fn a_torn_frame_is_found() {
    for length in 0..5 {
        assert!(open(b"", &seal(b"", b"a fact").slice(..length)).is_err());
    }
}
