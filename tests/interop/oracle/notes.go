// Signed text, by golang.org/x/mod/sumdb/note and github.com/transparency-dev/formats.
package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	f_log "github.com/transparency-dev/formats/log"
	f_note "github.com/transparency-dev/formats/note"
	f_witness "github.com/transparency-dev/formats/witness"
)

// The types of tlog-cosignature and signed-note that this project uses.
const (
	typeEd25519     = 1
	typeCosignature = 4
	typeMLDSA       = 6
)

type keyKind struct {
	Name string `json:"name"`
	Type byte   `json:"type"`
}

type keyPair struct {
	Private  string `json:"private"`
	Verifier string `json:"verifier"`
}

func keyGenerate(q keyKind) (keyPair, error) {
	switch q.Type {
	case typeEd25519:
		private, verifier, err := note.GenerateKey(nil, q.Name)
		return keyPair{private, verifier}, err
	case typeCosignature:
		return cosignatureKey(q.Name)
	case typeMLDSA:
		private, verifier, err := f_note.GenerateMLDSAKey(q.Name)
		return keyPair{private, verifier}, err
	}
	return keyPair{}, fmt.Errorf("unknown key type %d", q.Type)
}

// formats makes no private keys of type 0x04, but reads them: the seed of a note key under that type.
func cosignatureKey(name string) (keyPair, error) {
	private, verifier, err := note.GenerateKey(nil, name)
	if err != nil {
		return keyPair{}, err
	}
	verifier, err = f_note.VKeyToCosignatureV1(verifier)
	if err != nil {
		return keyPair{}, err
	}
	seed, err := typedBytes(private)
	if err != nil {
		return keyPair{}, err
	}
	seed[0] = typeCosignature
	id := strings.SplitN(verifier, "+", 3)[1]
	private = fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", name, id, base64.StdEncoding.EncodeToString(seed))
	return keyPair{private, verifier}, nil
}

// typedBytes are the type and the key at the end of a private or verifier key's text.
func typedBytes(key string) ([]byte, error) {
	parts := strings.SplitN(strings.TrimPrefix(key, "PRIVATE+KEY+"), "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("a key has a name, an id and its bytes")
	}
	bytes, err := base64.StdEncoding.DecodeString(parts[2])
	if err == nil && len(bytes) == 0 {
		err = errors.New("a key without bytes")
	}
	return bytes, err
}

func signerOf(private string) (note.Signer, error) {
	bytes, err := typedBytes(private)
	if err != nil {
		return nil, err
	}
	if bytes[0] == typeEd25519 {
		return note.NewSigner(private)
	}
	return f_note.NewSignerForCosignatureV1(private)
}

func verifierOf(vkey string) (note.Verifier, error) {
	bytes, err := typedBytes(vkey)
	if err != nil {
		return nil, err
	}
	if bytes[0] == typeEd25519 {
		return note.NewVerifier(vkey)
	}
	return f_note.NewVerifierForCosignatureV1(vkey)
}

func verifiersOf(vkeys []string) ([]note.Verifier, error) {
	verifiers := make([]note.Verifier, 0, len(vkeys))
	for _, vkey := range vkeys {
		v, err := verifierOf(vkey)
		if err != nil {
			return nil, err
		}
		verifiers = append(verifiers, v)
	}
	return verifiers, nil
}

type oneKey struct {
	Private  string `json:"private"`
	Verifier string `json:"verifier"`
}

type named struct {
	Name string `json:"name"`
	ID   uint32 `json:"id"`
}

// keyRead says the name and the id of a key, computed from its bytes where the library does so.
func keyRead(q oneKey) (named, error) {
	if q.Private != "" {
		s, err := signerOf(q.Private)
		if err != nil {
			return named{}, err
		}
		return named{s.Name(), s.KeyHash()}, nil
	}
	v, err := verifierOf(q.Verifier)
	if err != nil {
		return named{}, err
	}
	return named{v.Name(), v.KeyHash()}, nil
}

type textToSign struct {
	Text    string   `json:"text"`
	Private []string `json:"private"`
}

func noteSign(q textToSign) (string, error) {
	signers := make([]note.Signer, 0, len(q.Private))
	for _, private := range q.Private {
		s, err := signerOf(private)
		if err != nil {
			return "", err
		}
		signers = append(signers, s)
	}
	signed, err := note.Sign(&note.Note{Text: q.Text}, signers...)
	return string(signed), err
}

type noteToOpen struct {
	Note     string   `json:"note"`
	Verifier []string `json:"verifiers"`
}

type signature struct {
	Name string `json:"name"`
	ID   uint32 `json:"id"`
	// Seconds; 0 where the type has none.
	Timestamp int64 `json:"timestamp"`
}

type opened struct {
	Text       string      `json:"text"`
	Signatures []signature `json:"signatures"`
	Unverified int         `json:"unverified"`
}

func noteOpen(q noteToOpen) (opened, error) {
	verifiers, err := verifiersOf(q.Verifier)
	if err != nil {
		return opened{}, err
	}
	n, err := note.Open([]byte(q.Note), note.VerifierList(verifiers...))
	if err != nil {
		return opened{}, err
	}
	signatures, err := signaturesOf(n, q.Verifier)
	return opened{n.Text, signatures, len(n.UnverifiedSigs)}, err
}

func signaturesOf(n *note.Note, vkeys []string) ([]signature, error) {
	timed := map[uint32]bool{}
	for _, vkey := range vkeys {
		bytes, err := typedBytes(vkey)
		if err != nil {
			return nil, err
		}
		v, err := verifierOf(vkey)
		if err != nil {
			return nil, err
		}
		timed[v.KeyHash()] = bytes[0] != typeEd25519
	}
	signatures := []signature{}
	for _, s := range n.Sigs {
		one := signature{Name: s.Name, ID: s.Hash}
		if timed[s.Hash] {
			t, err := f_note.CoSigV1Timestamp(s)
			if err != nil {
				return nil, err
			}
			one.Timestamp = t.Unix()
		}
		signatures = append(signatures, one)
	}
	return signatures, nil
}

type checkpointBody struct {
	Origin string `json:"origin"`
	Size   uint64 `json:"size"`
	Root   []byte `json:"root"`
}

func checkpointPrint(q checkpointBody) (string, error) {
	return string(f_log.Checkpoint{Origin: q.Origin, Size: q.Size, Hash: q.Root}.Marshal()), nil
}

type checkpointToOpen struct {
	Note   string   `json:"note"`
	Origin string   `json:"origin"`
	Log    string   `json:"log"`
	Others []string `json:"others"`
}

type openedCheckpoint struct {
	checkpointBody
	Signatures []signature `json:"signatures"`
}

func checkpointOpen(q checkpointToOpen) (openedCheckpoint, error) {
	logVerifier, err := verifierOf(q.Log)
	if err != nil {
		return openedCheckpoint{}, err
	}
	others, err := verifiersOf(q.Others)
	if err != nil {
		return openedCheckpoint{}, err
	}
	c, rest, n, err := f_log.ParseCheckpoint([]byte(q.Note), q.Origin, logVerifier, others...)
	if err != nil {
		return openedCheckpoint{}, err
	}
	if len(rest) != 0 {
		return openedCheckpoint{}, fmt.Errorf("extension lines: %q", rest)
	}
	signatures, err := signaturesOf(n, append([]string{q.Log}, q.Others...))
	return openedCheckpoint{checkpointBody{c.Origin, c.Size, c.Hash}, signatures}, err
}

type subtreeToSign struct {
	Private   string `json:"private"`
	Timestamp uint64 `json:"timestamp"`
	Origin    string `json:"origin"`
	Start     uint64 `json:"start"`
	End       uint64 `json:"end"`
	Hash      []byte `json:"hash"`
}

// subtreeSign answers with a whole signature line, as it stands below a note.
func subtreeSign(q subtreeToSign) (string, error) {
	s, err := f_note.NewMLDSASigner(q.Private)
	if err != nil {
		return "", err
	}
	signature, err := s.SignSubtree(q.Timestamp, q.Origin, q.Start, q.End, q.Hash)
	if err != nil {
		return "", err
	}
	id := s.KeyHash()
	bytes := append([]byte{byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id)}, signature...)
	return fmt.Sprintf("\u2014 %s %s", s.Name(), base64.StdEncoding.EncodeToString(bytes)), nil
}

type subtreeToVerify struct {
	Verifier  string `json:"verifier"`
	Origin    string `json:"origin"`
	Start     uint64 `json:"start"`
	End       uint64 `json:"end"`
	Hash      []byte `json:"hash"`
	Signature []byte `json:"signature"`
}

// subtreeVerify takes the bytes after the key's id: the timestamp and the signature.
func subtreeVerify(q subtreeToVerify) (bool, error) {
	v, err := f_note.NewMLDSAVerifier(q.Verifier)
	if err != nil {
		return false, err
	}
	return v.VerifySubtree(0, q.Origin, q.Start, q.End, q.Hash, q.Signature), nil
}

type checkpointUnderPolicy struct {
	Policy string `json:"policy"`
	Note   string `json:"note"`
}

func policyJudge(q checkpointUnderPolicy) (bool, error) {
	group, err := f_witness.ParsePolicy([]byte(q.Policy))
	if err != nil {
		return false, err
	}
	return group.Satisfied([]byte(q.Note)), nil
}
