use serde_json::json;
use steploom_asl::model::StateIx;

use super::{Frame, Frames};

fn frame(state: u32) -> Frame {
    Frame::new(None, StateIx(state), json!({}).into(), 0)
}

#[test]
fn an_id_is_never_valid_again() {
    let mut frames = Frames::default();
    let first = frames.insert(frame(1));
    assert_eq!(frames[first].state, StateIx(1));
    assert!(frames.remove(first).is_some());
    assert!(frames.get(first).is_none());
    let second = frames.insert(frame(2));
    assert_eq!(frames.most(), 1, "its place is used anew");
    assert!(
        frames.get(first).is_none(),
        "and yet the old id names nothing"
    );
    assert!(frames.remove(first).is_none());
    assert_eq!(frames[second].state, StateIx(2));
}
