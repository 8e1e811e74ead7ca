// A log on Tessera's POSIX storage that shows a checkpoint only once its witnesses have cosigned it.
//
// `POST /add` answers with the index, and everything else is read as tlog-tiles says. The first line
// on standard output is the log's address: the port is free, not fixed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

var (
	storage = flag.String("storage", "", "folder of the log")
	key     = flag.String("key", "", "file with the log's private key, as x/mod/sumdb/note writes it")
	policy  = flag.String("policy", "", "file with the policy that a checkpoint must satisfy to be shown")
)

func options() (*tessera.AppendOptions, error) {
	private, err := os.ReadFile(*key)
	if err != nil {
		return nil, err
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(private)))
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(*policy)
	if err != nil {
		return nil, err
	}
	witnesses, err := tessera.NewWitnessGroupFromPolicy(text)
	if err != nil {
		return nil, err
	}
	return tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(200*time.Millisecond).
		WithBatching(64, 50*time.Millisecond).
		// Fail closed: what no witness has seen is not shown.
		WithWitnesses(witnesses, &tessera.WitnessOptions{Timeout: 5 * time.Second}), nil
}

func adder(appender *tessera.Appender) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		entry, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		at, err := appender.Add(r.Context(), tessera.NewEntry(entry))()
		if errors.Is(err, tessera.ErrPushback) {
			w.Header().Set("Retry-After", "1")
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "%d", at.Index)
	}
}

func run(ctx context.Context) error {
	opts, err := options()
	if err != nil {
		return err
	}
	driver, err := posix.New(ctx, posix.Config{Path: *storage})
	if err != nil {
		return err
	}
	appender, _, _, err := tessera.NewAppender(ctx, driver, opts)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add", adder(appender))
	mux.Handle("GET /", http.FileServer(http.Dir(*storage)))
	fmt.Printf("http://%s\n", listener.Addr())
	return (&http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}).Serve(listener)
}

func main() {
	flag.Parse()
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "tessera-witnessed:", err)
		os.Exit(1)
	}
}
