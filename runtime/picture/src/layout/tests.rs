//! Laws of a layout, over graphs that are made up by a small generator.

use super::{Block, Layout, Line, Size, of};

fn made_up(seed: u64) -> (Vec<Block>, Vec<Line>) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let count = 1 + next(30);
    let blocks = (0..count)
        .map(|_| {
            let width = 60.0 + next(300) as f64;
            let height = 20.0 + next(200) as f64;
            let size = Size { width, height };
            Block { size, ports: width }
        })
        .collect();
    let lines = (0..next(60))
        .map(|_| Line {
            from: next(count),
            to: next(count),
            label: (next(3) == 0).then_some(Size {
                width: 80.0,
                height: 20.0,
            }),
        })
        .collect();
    (blocks, lines)
}

#[test]
fn nothing_overlaps_and_everything_is_inside() {
    for seed in 0..200 {
        let (blocks, lines) = made_up(seed);
        let layout = of(&blocks, &lines, 0);
        ensure_apart(&blocks, &lines, &layout, seed);
        for (line, route) in lines.iter().zip(&layout.lines) {
            assert_eq!(route.points.is_empty(), line.from == line.to, "seed {seed}");
            assert_eq!(
                route.label.is_some(),
                line.label.is_some() && line.from != line.to
            );
            for point in &route.points {
                assert!(
                    point.x >= -1.0 && point.x <= layout.size.width + 1.0,
                    "seed {seed}"
                );
                assert!(
                    point.y >= -1.0 && point.y <= layout.size.height + 1.0,
                    "seed {seed}"
                );
            }
        }
    }
}

fn ensure_apart(blocks: &[Block], lines: &[Line], layout: &Layout, seed: u64) {
    let mut boxes: Vec<(super::Point, Size)> = layout
        .nodes
        .iter()
        .zip(blocks)
        .map(|(&middle, block)| (middle, block.size))
        .collect();
    for (line, route) in lines.iter().zip(&layout.lines) {
        if let (Some(size), Some(middle)) = (line.label, route.label) {
            boxes.push((middle, size));
        }
    }
    for (at, (a, of_a)) in boxes.iter().enumerate() {
        for (b, of_b) in &boxes[..at] {
            let apart_x = (a.x - b.x).abs() - f64::midpoint(of_a.width, of_b.width);
            let apart_y = (a.y - b.y).abs() - f64::midpoint(of_a.height, of_b.height);
            assert!(
                apart_x > 1.0 || apart_y > 1.0,
                "seed {seed}: {a:?} and {b:?}"
            );
        }
    }
}

#[test]
fn what_comes_first_is_on_top() {
    let size = Size {
        width: 100.0,
        height: 40.0,
    };
    let blocks = vec![Block { size, ports: 100.0 }; 4];
    let line = |from, to| Line {
        from,
        to,
        label: None,
    };
    // A circle with a tail: 1 -> 2 -> 0 -> 1, 0 -> 3, begun at 1.
    let lines = [line(2, 0), line(0, 1), line(1, 2), line(0, 3)];
    let layout = of(&blocks, &lines, 1);
    let y: Vec<f64> = layout.nodes.iter().map(|node| node.y).collect();
    assert!(y[1] < y[2] && y[2] < y[0] && y[0] < y[3], "{y:?}");
}

#[test]
fn hundreds_of_states_are_laid_out_soon() {
    let size = Size {
        width: 100.0,
        height: 40.0,
    };
    let blocks = vec![Block { size, ports: 100.0 }; 400];
    let lines: Vec<Line> = (0..399)
        .flat_map(|from| [(from, from + 1), (from, 399)])
        .map(|(from, to)| Line {
            from,
            to,
            label: None,
        })
        .collect();
    let layout = of(&blocks, &lines, 0);
    assert!(layout.size.height > 16_000.0);
}
