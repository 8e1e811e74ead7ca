//! How fast a tree grows, a tile is hashed and a proof is checked.

use core::convert::Infallible;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use indelible_merkle::{Frontier, Hash, LeafIndex, NodeId, NodeSource, TreeSize};
use indelible_merkle::{consistency, inclusion, tile_root};

/// A tree whose leaves are all the same, so that every level has one hash.
struct Even(Vec<Hash>);

impl Even {
    fn new() -> Self {
        let above = |hash: &Hash| Some(Hash::of_node(hash, hash));
        Self(core::iter::successors(Some(Hash::of_leaf(b"leaf")), above).take(63).collect())
    }

    fn at(&self, level: u8) -> Hash {
        self.0.get(usize::from(level)).copied().unwrap_or(Hash::EMPTY_ROOT)
    }
}

impl NodeSource for Even {
    type Error = Infallible;

    fn node(&self, id: NodeId) -> Result<Hash, Infallible> {
        Ok(self.at(id.level()))
    }
}

fn growing(criterion: &mut Criterion) {
    const LEAVES: u32 = 1_000_000;
    let leaves: Vec<Hash> = (0..LEAVES).map(|index| Hash::of_leaf(&index.to_be_bytes())).collect();
    let mut group = criterion.benchmark_group("frontier");
    group.throughput(Throughput::Elements(u64::from(LEAVES))).sample_size(10);
    group.bench_function("root of 1,000,000 leaves", |bencher| {
        bencher.iter(|| {
            let mut frontier = Frontier::empty();
            for leaf in &leaves {
                assert!(frontier.push(*leaf).is_ok(), "there is room");
            }
            frontier.root()
        });
    });
    group.finish();
}

fn proving(criterion: &mut Criterion) {
    let tree = Even::new();
    let (Ok(size), Ok(index), Ok(earlier)) =
        (TreeSize::new(1 << 24), LeafIndex::new(11_184_810), TreeSize::new(11_184_811))
    else {
        return;
    };
    let (leaf, root) = (tree.at(0), tree.at(24));
    let Ok(proof) = inclusion::prove(index, size, &tree) else { return };
    let mut group = criterion.benchmark_group("proof");
    group.throughput(Throughput::Elements(1));
    group.bench_function("inclusion verified at 2^24", |bencher| {
        bencher.iter(|| inclusion::verify(black_box(&leaf), index, size, &proof, &root));
    });
    group.bench_function("inclusion made at 2^24", |bencher| {
        bencher.iter(|| inclusion::prove(black_box(index), size, &tree));
    });
    let Some(growth) = earlier.grow_to(size) else { return };
    let Ok(from) = Frontier::from_source(earlier, &tree).map(|frontier| frontier.root());
    let Ok(proof) = consistency::prove(growth, &tree);
    group.bench_function("consistency verified at 2^24", |bencher| {
        bencher.iter(|| consistency::verify(growth, black_box(&from), &root, &proof));
    });
    group.finish();
}

fn tiles(criterion: &mut Criterion) {
    let hashes: Vec<Hash> = (0..=u8::MAX).map(|index| Hash::of_leaf(&[index])).collect();
    criterion.bench_function("root of a full tile", |bencher| {
        bencher.iter(|| tile_root(black_box(&hashes)));
    });
}

criterion_group!(benches, growing, proving, tiles);
criterion_main!(benches);
