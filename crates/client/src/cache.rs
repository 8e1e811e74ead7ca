//! Full tiles kept under the hash that they were proven to have.
//!
//! A tile is stored under its own root, computed here from its hashes, and is asked for by the hash
//! that a verified parent gives it. So nothing that was not proven can be found, whatever was stored,
//! and a fork of a log finds only what both of its sides share.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use indelible_merkle::Hash;

use crate::files;
use crate::random::Hex;
use crate::tile::FullTile;

/// A bounded cache of verified tiles, in memory and optionally in a folder. Several logs may share
/// one.
#[derive(Debug)]
pub struct TileCache {
    memory: Mutex<Recent>,
    folder: Option<Arc<Folder>>,
}

impl TileCache {
    /// Enough for the upper levels of any log and some thousand recent proofs: 8 MiB.
    const TILES_MAX_DEFAULT: usize = 1_024;

    /// A cache that forgets the least recently used tile beyond `tiles_max` (8 KiB each).
    #[must_use]
    pub fn in_memory(tiles_max: NonZeroUsize) -> Self {
        Self { memory: Mutex::new(Recent::new(tiles_max)), folder: None }
    }

    /// Keeps tiles in `folder` as well, at most `files_max` of 8 KiB each; a full folder takes no
    /// more. What is read from it is checked like what is read from a server.
    ///
    /// # Errors
    ///
    /// What the file system said when the folder was made or counted.
    pub fn with_folder(self, folder: PathBuf, files_max: usize) -> io::Result<Self> {
        Ok(Self { folder: Some(Arc::new(Folder::open(folder, files_max)?)), ..self })
    }

    /// The tile with this root.
    pub(crate) async fn get(&self, root: &Hash) -> Option<Arc<FullTile>> {
        if let Some(tile) = self.memory.lock().get(root) {
            return Some(tile);
        }
        let folder = Arc::clone(self.folder.as_ref()?);
        let wanted = *root;
        let read = tokio::task::spawn_blocking(move || folder.get(&wanted)).await;
        let tile = Arc::new(read.ok().flatten()?);
        self.memory.lock().insert(Arc::clone(&tile));
        Some(tile)
    }

    /// Stores a tile under its own root.
    pub(crate) async fn insert(&self, tile: &Arc<FullTile>) {
        self.memory.lock().insert(Arc::clone(tile));
        if let Some(folder) = &self.folder {
            let (folder, tile) = (Arc::clone(folder), Arc::clone(tile));
            // A cache that cannot be written is only slower.
            let _ = tokio::task::spawn_blocking(move || folder.insert(&tile)).await;
        }
    }
}

impl Default for TileCache {
    fn default() -> Self {
        Self::in_memory(NonZeroUsize::new(Self::TILES_MAX_DEFAULT).unwrap_or(NonZeroUsize::MIN))
    }
}

/// The least recently used goes first.
#[derive(Debug)]
struct Recent {
    tiles_max: NonZeroUsize,
    uses: u64,
    // INVARIANT: every tile stands in both maps, under the same use.
    tiles: HashMap<Hash, (Arc<FullTile>, u64)>,
    by_use: BTreeMap<u64, Hash>,
}

impl Recent {
    fn new(tiles_max: NonZeroUsize) -> Self {
        Self { tiles_max, uses: 0, tiles: HashMap::new(), by_use: BTreeMap::new() }
    }

    fn get(&mut self, root: &Hash) -> Option<Arc<FullTile>> {
        let (tile, used) = self.tiles.get_mut(root)?;
        self.by_use.remove(used);
        self.uses += 1;
        *used = self.uses;
        self.by_use.insert(self.uses, *root);
        Some(Arc::clone(tile))
    }

    fn insert(&mut self, tile: Arc<FullTile>) {
        if self.get(tile.root()).is_some() {
            return;
        }
        while self.tiles.len() >= self.tiles_max.get() {
            let Some((_, oldest)) = self.by_use.pop_first() else { break };
            self.tiles.remove(&oldest);
        }
        self.uses += 1;
        self.by_use.insert(self.uses, *tile.root());
        self.tiles.insert(*tile.root(), (tile, self.uses));
    }
}

/// One file a tile, named by its root, in folders by the first byte.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    files_max: usize,
    files: AtomicUsize,
}

impl Folder {
    fn open(path: PathBuf, files_max: usize) -> io::Result<Self> {
        std::fs::create_dir_all(&path)?;
        let mut files = 0;
        for group in std::fs::read_dir(&path)? {
            let group = group?;
            if group.file_type()?.is_dir() {
                files += std::fs::read_dir(group.path())?.count();
            }
        }
        Ok(Self { path, files_max, files: AtomicUsize::new(files) })
    }

    /// A file that does not hold what its name says is no hit; the next insert replaces it.
    fn get(&self, root: &Hash) -> Option<FullTile> {
        let bytes = files::read_limited(&self.file(root), FullTile::BYTES).ok()?;
        FullTile::parse(&bytes).filter(|tile| tile.root() == root)
    }

    fn insert(&self, tile: &FullTile) -> io::Result<()> {
        if self.files.load(Ordering::Relaxed) >= self.files_max {
            return Ok(());
        }
        let file = self.file(tile.root());
        let is_new = !file.exists();
        if let Some(group) = file.parent() {
            std::fs::create_dir_all(group)?;
        }
        files::replace_cheaply(&file, &tile.to_bytes())?;
        if is_new {
            self.files.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    fn file(&self, root: &Hash) -> PathBuf {
        let (group, rest) = root.as_bytes().split_at(1);
        self.path.join(Hex(group).to_string()).join(Hex(rest).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(seed: u8) -> Arc<FullTile> {
        let hashes = (0..=u8::MAX).map(|n| Hash::of_leaf(&[seed, n])).collect();
        Arc::new(FullTile::new(hashes).unwrap())
    }

    fn cache(tiles_max: usize) -> TileCache {
        TileCache::in_memory(NonZeroUsize::new(tiles_max).unwrap())
    }

    #[tokio::test]
    async fn the_least_recently_used_goes_first() {
        let cache = cache(2);
        let (a, b, c) = (tile(1), tile(2), tile(3));
        cache.insert(&a).await;
        cache.insert(&b).await;
        assert!(cache.get(a.root()).await.is_some());
        cache.insert(&c).await;
        assert!(cache.get(b.root()).await.is_none());
        assert!(cache.get(a.root()).await.is_some());
        assert!(cache.get(c.root()).await.is_some());
    }

    #[tokio::test]
    async fn a_folder_outlives_the_memory() {
        let folder = tempfile::tempdir().unwrap();
        let first = cache(1).with_folder(folder.path().into(), 10).unwrap();
        first.insert(&tile(1)).await;
        let second = cache(1).with_folder(folder.path().into(), 10).unwrap();
        assert_eq!(second.get(tile(1).root()).await, Some(tile(1)));
    }

    #[tokio::test]
    async fn a_damaged_file_is_no_hit_and_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Folder::open(folder.path().into(), 10).unwrap();
        let wanted = tile(1);
        kept.insert(&tile(2)).unwrap();
        std::fs::create_dir_all(kept.file(wanted.root()).parent().unwrap()).unwrap();
        std::fs::copy(kept.file(tile(2).root()), kept.file(wanted.root())).unwrap();
        assert_eq!(kept.get(wanted.root()), None);
        kept.insert(&wanted).unwrap();
        assert_eq!(kept.get(wanted.root()).as_ref(), Some(&*wanted));
    }

    #[tokio::test]
    async fn a_full_folder_takes_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Folder::open(folder.path().into(), 1).unwrap();
        kept.insert(&tile(1)).unwrap();
        kept.insert(&tile(2)).unwrap();
        assert!(kept.get(tile(1).root()).is_some());
        assert!(kept.get(tile(2).root()).is_none());
        assert_eq!(Folder::open(folder.path().into(), 1).unwrap().files.into_inner(), 1);
    }
}
