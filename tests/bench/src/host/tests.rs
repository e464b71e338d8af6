use super::*;

const MOUNTS: &str = "\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 22 0:25 / /tmp rw,nosuid shared:5 - tmpfs tmpfs rw
31 22 259:1 / /var/lib rw shared:6 master:2 - xfs /dev/nvme0n1 rw
";

#[test]
fn the_disk_is_that_of_the_nearest_mount() {
    let disk = |folder: &str| disk(MOUNTS, Path::new(folder)).expect("there is one");
    assert_eq!(disk("/var/lib/steploom"), "/dev/nvme0n1 (xfs)");
    assert_eq!(disk("/tmp/x"), "tmpfs (tmpfs)");
    assert_eq!(disk("/tmpfile"), "/dev/vda (ext4)");
}

#[test]
fn the_first_field_of_a_name_is_taken() {
    let cpuinfo = "processor\t: 0\nmodel name\t: Fast One\nprocessor\t: 1\nmodel name\t: Other\n";
    assert_eq!(field(cpuinfo, "model name").as_deref(), Some("Fast One"));
    assert_eq!(field(cpuinfo, "model"), None);
}

#[test]
fn what_is_not_there_is_unknown() {
    assert_eq!(or_unknown(disk("", Path::new("/"))), "unknown");
    assert_eq!(or_unknown(Some(String::new())), "unknown");
}
