use super::*;

#[test]
fn version_1_opens_for_ever() {
    let golden = Bytes::from_static(b"\x01\x3c\x4e\xcd\xedsteploom");
    assert_eq!(seal(b"steploom"), golden);
    assert_eq!(open(&golden).unwrap(), "steploom");
}

#[test]
fn every_flipped_bit_is_found() {
    let sealed = seal(b"a fact");
    for bit in 0..sealed.len() * 8 {
        let mut bytes = sealed.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert!(open(&bytes.into()).is_err(), "bit {bit}");
    }
}

#[test]
fn a_torn_record_is_found() {
    for length in 0..5 {
        assert!(open(&seal(b"a fact").slice(..length)).is_err());
    }
}
