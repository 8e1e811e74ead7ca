// Trees and their proofs, built twice: by golang.org/x/mod/sumdb/tlog and by
// github.com/transparency-dev/merkle. Where both can build a thing, both do and must agree.
package main

import (
	"bytes"
	"fmt"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"
)

// The one tree of this process; it only grows, and questions name the size they mean.
var tree = &sameTree{nodes: map[compact.NodeID][]byte{}}

type sameTree struct {
	size   int64
	stored []tlog.Hash               // in tlog's order
	rng    *compact.Range            // the right edge
	nodes  map[compact.NodeID][]byte // complete nodes, as compact ranges met them
}

var ranges = &compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}

func (t *sameTree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, 0, len(indexes))
	for _, i := range indexes {
		if i < 0 || i >= int64(len(t.stored)) {
			return nil, fmt.Errorf("no stored hash %d", i)
		}
		hashes = append(hashes, t.stored[i])
	}
	return hashes, nil
}

func (t *sameTree) append(leaf []byte) error {
	hashes, err := tlog.StoredHashes(t.size, leaf, t)
	if err != nil {
		return err
	}
	t.stored = append(t.stored, hashes...)
	if t.rng == nil {
		t.rng = ranges.NewEmptyRange(0)
	}
	keep := func(id compact.NodeID, hash []byte) { t.nodes[id] = hash }
	leafHash := rfc6962.DefaultHasher.HashLeaf(leaf)
	keep(compact.NewNodeID(0, uint64(t.size)), leafHash)
	if err := t.rng.Append(leafHash, keep); err != nil {
		return err
	}
	t.size++
	return nil
}

func (t *sameTree) rootByRanges(size uint64) ([]byte, error) {
	if size == 0 {
		return rfc6962.DefaultHasher.EmptyRoot(), nil
	}
	hashes, err := t.lookUp(compact.RangeNodes(0, size, nil))
	if err != nil {
		return nil, err
	}
	r, err := ranges.NewRange(0, size, hashes)
	if err != nil {
		return nil, err
	}
	return r.GetRootHash(nil)
}

func (t *sameTree) lookUp(ids []compact.NodeID) ([][]byte, error) {
	hashes := make([][]byte, 0, len(ids))
	for _, id := range ids {
		hash, there := t.nodes[id]
		if !there {
			return nil, fmt.Errorf("no node %+v", id)
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

type leavesToAppend struct {
	Leaves [][]byte `json:"leaves"`
}

func treeAppend(q leavesToAppend) (int64, error) {
	for _, leaf := range q.Leaves {
		if err := tree.append(leaf); err != nil {
			return 0, err
		}
	}
	return tree.size, nil
}

type ofSize struct {
	Size uint64 `json:"size"`
}

func treeRoot(q ofSize) ([]byte, error) {
	byTlog, err := tlog.TreeHash(int64(q.Size), tree)
	if err != nil {
		return nil, err
	}
	byRanges, err := tree.rootByRanges(q.Size)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(byTlog[:], byRanges) {
		return nil, fmt.Errorf("the oracles differ at size %d: %x, %x", q.Size, byTlog, byRanges)
	}
	return byRanges, nil
}

type leafOf struct {
	Index uint64 `json:"index"`
	Size  uint64 `json:"size"`
}

func treeInclusion(q leafOf) ([][]byte, error) {
	byTlog, err := tlog.ProveRecord(int64(q.Size), int64(q.Index), tree)
	if err != nil {
		return nil, err
	}
	nodes, err := proof.Inclusion(q.Index, q.Size)
	if err != nil {
		return nil, err
	}
	return agreed(plain(byTlog), nodes)
}

type growth struct {
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
}

func treeConsistency(q growth) ([][]byte, error) {
	byTlog, err := tlog.ProveTree(int64(q.To), int64(q.From), tree)
	if err != nil {
		return nil, err
	}
	nodes, err := proof.Consistency(q.From, q.To)
	if err != nil {
		return nil, err
	}
	return agreed(plain(byTlog), nodes)
}

func agreed(byTlog [][]byte, nodes proof.Nodes) ([][]byte, error) {
	hashes, err := tree.lookUp(nodes.IDs)
	if err != nil {
		return nil, err
	}
	// Rehash works in place: a copy, or the tree's own list would change.
	byMerkle, err := nodes.Rehash(append([][]byte{}, hashes...), rfc6962.DefaultHasher.HashChildren)
	if err != nil {
		return nil, err
	}
	if len(byTlog) != len(byMerkle) {
		return nil, fmt.Errorf("the oracles differ: %d and %d hashes", len(byTlog), len(byMerkle))
	}
	for i := range byTlog {
		if !bytes.Equal(byTlog[i], byMerkle[i]) {
			return nil, fmt.Errorf("the oracles differ at hash %d", i)
		}
	}
	return byMerkle, nil
}

func plain(hashes []tlog.Hash) [][]byte {
	plain := make([][]byte, 0, len(hashes))
	for _, h := range hashes {
		plain = append(plain, append([]byte{}, h[:]...))
	}
	return plain
}

type tileAt struct {
	Level int    `json:"level"`
	Index int64  `json:"index"`
	Width int    `json:"width"`
	Path  string `json:"path"`
}

func treeTile(q tileAt) ([]byte, error) {
	return tlog.ReadTileData(tlog.Tile{H: 8, L: q.Level, N: q.Index, W: q.Width}, tree)
}

// treeTiles lists the tiles that a tree has to publish when it grows, with tlog's path for each
// (which begins with `tile/8/`: tlog's tiles may have another height, tlog-tiles' may not).
func treeTiles(q growth) ([]tileAt, error) {
	tiles := []tileAt{}
	for _, t := range tlog.NewTiles(8, int64(q.From), int64(q.To)) {
		tiles = append(tiles, tileAt{Level: t.L, Index: t.N, Width: t.W, Path: t.Path()})
	}
	return tiles, nil
}
