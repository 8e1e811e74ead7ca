// tlog-proof files, by github.com/transparency-dev/formats/proof.
package main

import (
	"crypto/sha256"
	"errors"
	"fmt"

	f_log "github.com/transparency-dev/formats/log"
	f_proof "github.com/transparency-dev/formats/proof"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

type proofToPrint struct {
	// Absent and empty differ: only the first has no line.
	Extra      *[]byte  `json:"extra"`
	Index      uint64   `json:"index"`
	Hashes     [][]byte `json:"hashes"`
	Checkpoint string   `json:"checkpoint"`
}

func proofPrint(q proofToPrint) (string, error) {
	p := f_proof.TLogProof{Index: q.Index, Checkpoint: []byte(q.Checkpoint)}
	if q.Extra != nil {
		p.ExtraData = *q.Extra
	}
	for _, h := range q.Hashes {
		if len(h) != sha256.Size {
			return "", fmt.Errorf("a hash of %d bytes", len(h))
		}
		p.Hashes = append(p.Hashes, [sha256.Size]byte(h))
	}
	return string(p.Marshal()), nil
}

type proofToVerify struct {
	File     string `json:"file"`
	LeafHash []byte `json:"leaf_hash"`
	Origin   string `json:"origin"`
	Log      string `json:"log"`
	// A policy in tlog-policy's form, judged besides the log's key.
	Policy string `json:"policy"`
}

type proven struct {
	Index uint64 `json:"index"`
	Size  uint64 `json:"size"`
	Extra []byte `json:"extra"`
}

func proofVerify(q proofToVerify) (proven, error) {
	var p f_proof.TLogProof
	if err := p.Unmarshal([]byte(q.File)); err != nil {
		return proven{}, err
	}
	logVerifier, err := verifierOf(q.Log)
	if err != nil {
		return proven{}, err
	}
	checkpoint, _, _, err := f_log.ParseCheckpoint(p.Checkpoint, q.Origin, logVerifier)
	if err != nil {
		return proven{}, err
	}
	met, err := policyJudge(checkpointUnderPolicy{q.Policy, string(p.Checkpoint)})
	if err != nil {
		return proven{}, err
	}
	if !met {
		return proven{}, errors.New("the quorum is not met")
	}
	hashes := make([][]byte, 0, len(p.Hashes))
	for _, h := range p.Hashes {
		hashes = append(hashes, h[:])
	}
	err = proof.VerifyInclusion(rfc6962.DefaultHasher, p.Index, checkpoint.Size, q.LeafHash, hashes, checkpoint.Hash)
	return proven{p.Index, checkpoint.Size, p.ExtraData}, err
}
