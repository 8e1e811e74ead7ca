// What other people's verifiers say of a proof. The two verifiers must agree, or that is the answer.
package main

import (
	"fmt"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/tlog"
)

type inclusionClaim struct {
	Index    uint64   `json:"index"`
	Size     uint64   `json:"size"`
	LeafHash []byte   `json:"leaf_hash"`
	Root     []byte   `json:"root"`
	Hashes   [][]byte `json:"hashes"`
}

func inclusionVerify(q inclusionClaim) (bool, error) {
	byMerkle := proof.VerifyInclusion(rfc6962.DefaultHasher, q.Index, q.Size, q.LeafHash, q.Hashes, q.Root)
	byTlog := func() error {
		root, leaf, err := twoHashes(q.Root, q.LeafHash)
		if err != nil {
			return err
		}
		hashes, err := tlogHashes(q.Hashes)
		if err != nil {
			return err
		}
		return tlog.CheckRecord(hashes, int64(q.Size), root, int64(q.Index), leaf)
	}()
	return verdict(byMerkle, byTlog)
}

type consistencyClaim struct {
	From     uint64   `json:"from"`
	To       uint64   `json:"to"`
	FromRoot []byte   `json:"from_root"`
	ToRoot   []byte   `json:"to_root"`
	Hashes   [][]byte `json:"hashes"`
}

func consistencyVerify(q consistencyClaim) (bool, error) {
	byMerkle := proof.VerifyConsistency(rfc6962.DefaultHasher, q.From, q.To, q.Hashes, q.FromRoot, q.ToRoot)
	if q.From == 0 {
		// tlog has no proofs from the empty tree: one verdict is all there is.
		return byMerkle == nil, nil
	}
	byTlog := func() error {
		from, to, err := twoHashes(q.FromRoot, q.ToRoot)
		if err != nil {
			return err
		}
		hashes, err := tlogHashes(q.Hashes)
		if err != nil {
			return err
		}
		return tlog.CheckTree(hashes, int64(q.To), to, int64(q.From), from)
	}()
	return verdict(byMerkle, byTlog)
}

func verdict(byMerkle, byTlog error) (bool, error) {
	if (byMerkle == nil) != (byTlog == nil) {
		return false, fmt.Errorf("the oracles differ: merkle says %v, tlog says %v", byMerkle, byTlog)
	}
	return byMerkle == nil, nil
}

func tlogHashes(hashes [][]byte) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, 0, len(hashes))
	for _, h := range hashes {
		one, err := tlogHash(h)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func twoHashes(a, b []byte) (tlog.Hash, tlog.Hash, error) {
	first, err := tlogHash(a)
	if err != nil {
		return tlog.Hash{}, tlog.Hash{}, err
	}
	second, err := tlogHash(b)
	return first, second, err
}

func tlogHash(h []byte) (tlog.Hash, error) {
	if len(h) != tlog.HashSize {
		return tlog.Hash{}, fmt.Errorf("a hash of %d bytes", len(h))
	}
	return tlog.Hash(h), nil
}
