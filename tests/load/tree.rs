//! A whole tree in memory: every node of every level, for making proofs.

use core::convert::Infallible;

use indelible_merkle::{Frontier, Hash, NodeId, NodeSource, TreeSize};

/// All complete nodes, by level.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    levels: Vec<Vec<Hash>>,
    frontier: Option<Frontier>,
}

impl Tree {
    pub(crate) fn push(&mut self, leaf: Hash) -> anyhow::Result<()> {
        let Self { levels, frontier } = self;
        let frontier = frontier.get_or_insert_with(Frontier::empty);
        frontier.push_with(leaf, |node, hash| {
            let level = usize::from(node.level());
            if levels.len() <= level {
                levels.resize_with(level + 1, Vec::new);
            }
            if let Some(nodes) = levels.get_mut(level) {
                nodes.push(hash);
            }
        })?;
        Ok(())
    }

    pub(crate) fn size(&self) -> TreeSize {
        self.frontier.as_ref().map_or(TreeSize::ZERO, Frontier::size)
    }

    pub(crate) fn root(&self) -> Hash {
        self.frontier.as_ref().map_or(Hash::EMPTY_ROOT, Frontier::root)
    }
}

impl NodeSource for Tree {
    type Error = Infallible;

    fn node(&self, id: NodeId) -> Result<Hash, Infallible> {
        let nodes = self.levels.get(usize::from(id.level()));
        let index = usize::try_from(id.index()).unwrap_or(usize::MAX);
        // A proof never asks for what is not complete, and verifying would tell.
        Ok(nodes.and_then(|nodes| nodes.get(index)).copied().unwrap_or(Hash::EMPTY_ROOT))
    }
}
