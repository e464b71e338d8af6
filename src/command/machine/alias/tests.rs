use super::*;

fn weights(routes: &[(u32, Option<u8>)]) -> Option<Vec<(u32, u8)>> {
    let weighed = weighed(routes).ok()?;
    let pairs = weighed.iter().map(|route| (route.release.0, route.weight));
    Some(pairs.collect())
}

#[test]
fn what_is_left_of_a_hundred_goes_to_the_one_without_a_weight() {
    for (routes, expected) in [
        (&[(3, None)][..], Some(vec![(3, 100)])),
        (
            &[(3, Some(90)), (4, Some(10))],
            Some(vec![(3, 90), (4, 10)]),
        ),
        (&[(3, None), (4, Some(10))], Some(vec![(3, 90), (4, 10)])),
        (&[(3, Some(100)), (4, None)], Some(vec![(3, 100), (4, 0)])),
        // What does not add up is the server's to refuse.
        (&[(3, Some(7))], Some(vec![(3, 7)])),
        (&[], Some(vec![])),
        (&[(3, None), (4, None)], None),
    ] {
        assert_eq!(weights(routes), expected, "{routes:?}");
    }
}
