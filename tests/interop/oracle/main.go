// The oracle: other people's libraries behind one question and one answer per line.
//
// Each line on standard input is a JSON object whose "do" names a question and whose "args" holds its arguments; each line on standard
// output is the answer, `{"ok": ...}` or `{"error": "..."}`. One process answers many questions.
// Bytes travel as base64 (encoding/json's rule for []byte), texts as JSON strings.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

// A handler reads the question, whose arguments are in its "args".
type handler func(question []byte) (any, error)

var handlers = map[string]handler{
	"tree.append":        ask(treeAppend),
	"tree.root":          ask(treeRoot),
	"tree.inclusion":     ask(treeInclusion),
	"tree.consistency":   ask(treeConsistency),
	"tree.tile":          ask(treeTile),
	"tree.tiles":         ask(treeTiles),
	"inclusion.verify":   ask(inclusionVerify),
	"consistency.verify": ask(consistencyVerify),
	"key.generate":       ask(keyGenerate),
	"key.read":           ask(keyRead),
	"note.sign":          ask(noteSign),
	"note.open":          ask(noteOpen),
	"checkpoint.print":   ask(checkpointPrint),
	"checkpoint.open":    ask(checkpointOpen),
	"subtree.sign":       ask(subtreeSign),
	"subtree.verify":     ask(subtreeVerify),
	"policy.judge":       ask(policyJudge),
	"proof.print":        ask(proofPrint),
	"proof.verify":       ask(proofVerify),
}

// ask turns a typed function into a handler.
func ask[Q, A any](answer func(Q) (A, error)) handler {
	return func(question []byte) (any, error) {
		var q struct {
			Do   string `json:"do"`
			Args Q      `json:"args"`
		}
		if err := json.Unmarshal(question, &q); err != nil {
			return nil, fmt.Errorf("question: %w", err)
		}
		return answer(q.Args)
	}
}

// A panic inside a library is an answer too: a refusal, loudly named.
func safely(h handler, question []byte) (answer any, err error) {
	defer func() {
		if r := recover(); r != nil {
			answer, err = nil, fmt.Errorf("panic: %v", r)
		}
	}()
	return h(question)
}

func reply(question []byte) any {
	var named struct {
		Do string `json:"do"`
	}
	if err := json.Unmarshal(question, &named); err != nil {
		return map[string]any{"broken": fmt.Sprintf("not a question: %v", err)}
	}
	h, known := handlers[named.Do]
	if !known {
		return map[string]any{"broken": fmt.Sprintf("unknown question %q", named.Do)}
	}
	answer, err := safely(h, question)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"ok": answer}
}

func run() error {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	encoder := json.NewEncoder(out)
	for {
		question, err := in.ReadBytes('\n')
		if len(question) == 0 {
			return nil // end of input: whoever asked has gone
		}
		if err != nil {
			return fmt.Errorf("a question without its newline: %w", err)
		}
		if err := encoder.Encode(reply(question)); err != nil {
			return err
		}
		if err := out.Flush(); err != nil {
			return err
		}
	}
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "oracle:", err)
		os.Exit(1)
	}
}
