// A log on Tessera's POSIX storage whose batches and intervals are chosen by flags, and which answers,
// where asked to, only once an entry is published. scripts/bench measures it beside ours.
//
// The first line on standard output is the log's address: the port is free, not fixed.
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
	storage  = flag.String("storage", "", "folder of the log")
	key      = flag.String("key", "", "file with the log's private key, as x/mod/sumdb/note writes it")
	batch    = flag.Uint("batch", 256, "most entries of a batch")
	age      = flag.Duration("age", 5*time.Millisecond, "how long a batch waits for more entries")
	interval = flag.Duration("interval", time.Second, "time between checkpoints")
	wait     = flag.Bool("wait", false, "answer only once a checkpoint covers the entry")
)

func adder(appender *tessera.Appender, awaiter *tessera.PublicationAwaiter) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		entry, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		future := appender.Add(r.Context(), tessera.NewEntry(entry))
		var at tessera.Index
		if *wait {
			at, _, err = awaiter.Await(r.Context(), future)
		} else {
			at, err = future()
		}
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
	private, err := os.ReadFile(*key)
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(strings.TrimSpace(string(private)))
	if err != nil {
		return err
	}
	driver, err := posix.New(ctx, posix.Config{Path: *storage})
	if err != nil {
		return err
	}
	options := tessera.NewAppendOptions().
		WithCheckpointSigner(signer).
		WithCheckpointInterval(*interval).
		WithBatching(*batch, *age)
	appender, _, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint, 5*time.Millisecond)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /add", adder(appender, awaiter))
	fmt.Printf("http://%s\n", listener.Addr())
	return (&http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}).Serve(listener)
}

func main() {
	flag.Parse()
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "tessera-tuned:", err)
		os.Exit(1)
	}
}
